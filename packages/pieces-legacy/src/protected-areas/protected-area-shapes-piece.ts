import type { Piece } from '@piecework/core/piece'
import type { LegacyPiecesOptions } from '../legacy-pieces-options.js'
import { protectedAreaShapesImporter } from './protected-area-shapes-importer.js'
import { protectedAreaShapesValidator } from './protected-area-shapes-validator.js'

/** Optional: protected areas of the project, from a shapefile. */
export const protectedAreaShapesPiece = ({ checks }: LegacyPiecesOptions): Piece => ({
  contract: 1,
  name: 'legacy/protected-area-shapes',
  of: 'project',
  version: 1,
  validators: [protectedAreaShapesValidator({ checks })],
  importer: protectedAreaShapesImporter,
})
