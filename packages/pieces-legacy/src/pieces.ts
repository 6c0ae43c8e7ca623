import {
  check,
  checkOptions,
  contractCheck,
  type OptionChecks,
  type Piece,
  required,
} from '@piecework/core/piece'
import { planningChecks } from '@piecework/pieces-project'
import { boundaryPiece } from './boundary/boundary-piece.js'
import { costShapesPiece } from './cost-shapes/cost-shapes-piece.js'
import { featureShapesPiece } from './feature-shapes/feature-shapes-piece.js'
import { featuresPiece } from './features/features-piece.js'
import { scenarioFeaturesPiece } from './features/scenario-features-piece.js'
import { inDatabases } from './in-databases.js'
import type { LegacyPiecesOptions } from './legacy-pieces-options.js'
import { parametersPiece } from './parameters/parameters-piece.js'
import { planningAreaPiece } from './planning-grid/planning-area-piece.js'
import { planningGridPiece } from './planning-grid/planning-grid-piece.js'
import { protectedAreaShapesPiece } from './protected-areas/protected-area-shapes-piece.js'
import {
  protectedSelectionPiece,
  scenarioProtectedAreasPiece,
  scenarioProtectionPiece,
} from './protected-areas/scenario-protected-areas-piece.js'
import { resultsElsewhere, resultsPiece, runMarkPiece } from './results/results-piece.js'
import { databaseChecks } from './shapes/database-checks.js'
import type { GeometryChecks } from './shapes/geometry-checks.js'
import { costSurfacePiece } from './units/cost-surface-piece.js'
import { scenarioPlanningUnitsPiece } from './units/scenario-planning-units-piece.js'
import { withHints } from './what-to-change.js'

const piecesChecks: OptionChecks<Partial<LegacyPiecesOptions>> = {
  ...planningChecks,
  checks: contractCheck<GeometryChecks>({
    invalidShapes: required(check.func()),
    placeShapes: check.func(),
    coveredUnits: check.func(),
  }),
}

/**
 * The pieces of a Marxan folder, by role. Each reads the uploads that it needs. Default of `checks`: PostGIS.
 */
export function legacyPieces(options?: Partial<LegacyPiecesOptions>): readonly Piece[] {
  const { checks = databaseChecks, databases = {} } = checkOptions('legacyPieces()', options, piecesChecks)
  const pieces: readonly Piece[] = [
    planningGridPiece({ checks }),
    planningAreaPiece,
    costSurfacePiece,
    featuresPiece(),
    featureShapesPiece({ checks }),
    costShapesPiece({ checks }),
    protectedAreaShapesPiece({ checks }),
    parametersPiece,
    scenarioPlanningUnitsPiece,
    boundaryPiece,
    scenarioFeaturesPiece,
    ...(databases['scenario/results'] === undefined ? [resultsPiece] : [resultsElsewhere, runMarkPiece]),
    ...(databases['scenario/planning-units'] === undefined
      ? [scenarioProtectedAreasPiece]
      : [protectedSelectionPiece, scenarioProtectionPiece]),
  ]
  return pieces.map(({ validators, ...piece }) =>
    inDatabases({ ...piece, ...(validators && { validators: validators.map(withHints) }) }, databases),
  )
}
