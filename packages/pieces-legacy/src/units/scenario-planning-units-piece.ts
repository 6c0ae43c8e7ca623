import type { Piece } from '@piecework/core/piece'
import { scenarioPlanningUnitsImporter } from './scenario-planning-units-importer.js'

/** pu.dat: lock status, cost and location of the scenario's planning units. `legacy/cost-surface` validates it. */
export const scenarioPlanningUnitsPiece: Piece = {
  contract: 1,
  name: 'legacy/scenario-planning-units',
  of: 'scenario',
  version: 1,
  after: ['legacy/planning-grid'],
  importer: scenarioPlanningUnitsImporter,
}
