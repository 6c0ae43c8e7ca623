import type { Piece } from '@piecework/core/piece'
import { planningAreaImporter } from './planning-area-importer.js'
import { type PlanningAreaOptions, planningAreaOptions } from './planning-area-options.js'

/** The project's planning area, derived from the grid. */
export const planningAreaPiece: Piece<PlanningAreaOptions> = {
  contract: 1,
  name: 'legacy/planning-area',
  of: 'project',
  version: 1,
  after: ['legacy/planning-grid'],
  options: planningAreaOptions,
  importer: planningAreaImporter,
}
