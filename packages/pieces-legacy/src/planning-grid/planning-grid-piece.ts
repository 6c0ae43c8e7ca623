import type { Piece } from '@piecework/core/piece'
import type { LegacyPiecesOptions } from '../legacy-pieces-options.js'
import { planningGridImporter } from './planning-grid-importer.js'
import { planningGridValidator } from './planning-grid-validator.js'

/** The grid: one planning unit for each shape. */
export const planningGridPiece = ({ checks }: LegacyPiecesOptions): Piece => ({
  contract: 1,
  name: 'legacy/planning-grid',
  of: 'project',
  version: 1,
  validators: [planningGridValidator({ checks })],
  importer: planningGridImporter,
})
