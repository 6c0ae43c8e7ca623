import type { Piece } from '@piecework/core/piece'
import type { LegacyPiecesOptions } from '../legacy-pieces-options.js'
import { featureShapesImporter } from './feature-shapes-importer.js'
import { featureShapesValidator } from './feature-shapes-validator.js'

/** Optional: further features of the project, from a shapefile. */
export const featureShapesPiece = ({ checks }: LegacyPiecesOptions): Piece => ({
  contract: 1,
  name: 'legacy/feature-shapes',
  of: 'project',
  version: 1,
  after: ['legacy/planning-grid', 'legacy/features'],
  validators: [featureShapesValidator({ checks })],
  importer: featureShapesImporter,
})
