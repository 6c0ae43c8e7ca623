import type { Piece } from '@piecework/core/piece'
import { gridIds } from '@piecework/marxan-files'
import type { LegacyPiecesOptions } from '../legacy-pieces-options.js'
import { costShapesImporter } from './cost-shapes-importer.js'
import { costShapesValidator } from './cost-shapes-validator.js'

/** Optional: a further cost surface of the project, from a shapefile. */
export const costShapesPiece = ({ checks }: LegacyPiecesOptions): Piece => ({
  contract: 1,
  name: 'legacy/cost-shapes',
  of: 'project',
  version: 1,
  after: ['legacy/planning-grid', 'legacy/cost-surface'],
  validators: [costShapesValidator({ gridIds, checks })],
  importer: costShapesImporter,
})
