import { type Piece, PieceworkError } from '@piecework/core/piece'
import type { MovablePiece, PlanningDatabases } from '@piecework/pieces-project'

/** By piece that reads a Marxan folder: those of the planning packs whose tables it fills. The others fill tables that cannot be elsewhere. */
const fills: Readonly<Record<string, readonly MovablePiece[]>> = {
  'legacy/planning-grid': ['project/planning-units'],
  'legacy/cost-surface': ['project/cost-surfaces'],
  'legacy/cost-shapes': ['project/cost-surfaces'],
  'legacy/features': ['project/features', 'project/feature-amounts'],
  'legacy/feature-shapes': ['project/features', 'project/feature-amounts'],
  'legacy/scenario-planning-units': ['scenario/planning-units'],
  'legacy/scenario-protection': ['scenario/planning-units'],
  'legacy/boundary': ['scenario/boundary'],
  'legacy/scenario-features': ['scenario/features', 'scenario/specification'],
  'legacy/results': ['scenario/results'],
}

/** The piece in the database of the tables that it fills. Throws `options-invalid` if they are in several. */
export function inDatabases(piece: Piece, databases: PlanningDatabases): Piece {
  const filled = fills[piece.name] ?? []
  const [database, ...others] = new Set(filled.map((name) => databases[name]))
  if (others.length > 0)
    throw new PieceworkError(
      'options-invalid',
      `Marxan's import writes ${filled.join(' and ')} together: "databases" must name the same one for both.`,
    )
  return database === undefined ? piece : { ...piece, database }
}
