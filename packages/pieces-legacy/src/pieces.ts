import {
  check,
  checkOptions,
  contractCheck,
  type OptionChecks,
  type Piece,
  required,
} from '@piecework/core/piece'
import { gridIds } from '@piecework/marxan-files'
import { z } from 'zod'
import { puvsprValidator } from './amounts/puvspr-validator.js'
import { boundValidator } from './boundary/bound-validator.js'
import { boundaryImporter } from './boundary/boundary-importer.js'
import { costShapesImporter } from './cost-shapes/cost-shapes-importer.js'
import { costShapesValidator } from './cost-shapes/cost-shapes-validator.js'
import { featureShapesImporter } from './feature-shapes/feature-shapes-importer.js'
import { featureShapesValidator } from './feature-shapes/feature-shapes-validator.js'
import { type FeatureGeometry, featuresImporter } from './features/features-importer.js'
import { scenarioFeaturesImporter } from './features/scenario-features-importer.js'
import { specValidator } from './features/spec-validator.js'
import { inputDatValidator } from './parameters/input-dat-validator.js'
import { parametersImporter } from './parameters/parameters-importer.js'
import { type PlanningAreaOptions, planningAreaImporter } from './planning-grid/planning-area-importer.js'
import { planningGridValidator } from './planning-grid/planning-grid-validator.js'
import { planningUnitsImporter } from './planning-grid/planning-units-importer.js'
import { protectedAreaShapesImporter } from './protected-areas/protected-area-shapes-importer.js'
import { protectedAreaShapesValidator } from './protected-areas/protected-area-shapes-validator.js'
import { scenarioProtectedAreasImporter } from './protected-areas/scenario-protected-areas-importer.js'
import { resultsImporter } from './results/results-importer.js'
import { resultsValidator } from './results/results-validator.js'
import { databaseChecks } from './shapes/database-checks.js'
import type { GeometryChecks } from './shapes/geometry-checks.js'
import { costSurfaceImporter } from './units/cost-surface-importer.js'
import { puValidator } from './units/pu-validator.js'
import { scenarioPlanningUnitsImporter } from './units/scenario-planning-units-importer.js'

const featureOptions = z.strictObject({
  /** `required`: a feature without a name is an error instead of being named "Unnamed Feature #1". */
  names: z.enum(['optional', 'required']).default('optional'),
  /** `none`: features are left without a geometry, which on irregular grids may be large. */
  geometry: z.enum(['union', 'none']).default('union') satisfies z.ZodType<FeatureGeometry>,
})

const areaOptions = z.strictObject({ skip: z.boolean().default(false) })

export interface LegacyPiecesOptions {
  /** How validators check geometries. Default: by PostGIS. */
  readonly checks?: GeometryChecks
}

const piecesChecks: OptionChecks<LegacyPiecesOptions> = {
  checks: contractCheck<GeometryChecks>({
    invalidShapes: required(check.func()),
    coveredUnits: check.func(),
  }),
}

/** The pieces of a Marxan folder. Each reads the uploaded files that it needs; `after` names those that must be imported before. */
export function legacyPieces(options?: LegacyPiecesOptions): readonly Piece[] {
  const { checks = databaseChecks } = checkOptions('legacyPieces()', options, piecesChecks)
  return [
    {
      contract: 1,
      name: 'legacy/planning-grid',
      of: 'project',
      version: 1,
      validators: [planningGridValidator({ checks })],
      importer: planningUnitsImporter,
    },
    {
      contract: 1,
      name: 'legacy/planning-area',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid'],
      options: areaOptions,
      importer: planningAreaImporter,
    } satisfies Piece<PlanningAreaOptions>,
    {
      contract: 1,
      name: 'legacy/cost-surface',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid'],
      validators: [puValidator({ gridIds })],
      importer: costSurfaceImporter,
    },
    {
      contract: 1,
      name: 'legacy/features',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid'],
      options: featureOptions,
      validators: [
        {
          validate: (context) =>
            specValidator(context.options.names === 'required' ? { names: 'required' } : {}).validate(
              context,
            ),
        },
        puvsprValidator({ gridIds }),
      ],
      importer: featuresImporter,
    } satisfies Piece<z.infer<typeof featureOptions>>,
    {
      contract: 1,
      name: 'legacy/feature-shapes',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid', 'legacy/features'],
      validators: [featureShapesValidator({ checks })],
      importer: featureShapesImporter,
    },
    {
      contract: 1,
      name: 'legacy/cost-shapes',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid', 'legacy/cost-surface'],
      validators: [costShapesValidator({ gridIds, checks })],
      importer: costShapesImporter,
    },
    {
      contract: 1,
      name: 'legacy/protected-area-shapes',
      of: 'project',
      version: 1,
      validators: [protectedAreaShapesValidator({ checks })],
      importer: protectedAreaShapesImporter,
    },
    {
      contract: 1,
      name: 'legacy/parameters',
      of: 'scenario',
      version: 1,
      after: ['legacy/cost-surface'],
      validators: [inputDatValidator],
      importer: parametersImporter,
    },
    {
      contract: 1,
      name: 'legacy/scenario-planning-units',
      of: 'scenario',
      version: 1,
      after: ['legacy/planning-grid'],
      importer: scenarioPlanningUnitsImporter,
    },
    {
      contract: 1,
      name: 'legacy/boundary',
      of: 'scenario',
      version: 1,
      after: ['legacy/planning-grid'],
      validators: [boundValidator({ gridIds })],
      importer: boundaryImporter,
    },
    {
      contract: 1,
      name: 'legacy/scenario-features',
      of: 'scenario',
      version: 1,
      after: ['legacy/features'],
      importer: scenarioFeaturesImporter,
    },
    {
      contract: 1,
      name: 'legacy/results',
      of: 'scenario',
      version: 1,
      after: ['legacy/planning-grid', 'legacy/scenario-planning-units', 'legacy/scenario-features'],
      validators: [resultsValidator],
      importer: resultsImporter,
    },
    {
      contract: 1,
      name: 'legacy/scenario-protected-areas',
      of: 'scenario',
      version: 1,
      after: ['legacy/protected-area-shapes', 'legacy/scenario-planning-units'],
      importer: scenarioProtectedAreasImporter,
    },
  ]
}
