import type { Piece } from '@piecework/core/piece'
import { scenarioFeaturesImporter } from './scenario-features-importer.js'

/** spec.dat: targets of the scenario's features. `legacy/features` validates it. */
export const scenarioFeaturesPiece: Piece = {
  contract: 1,
  name: 'legacy/scenario-features',
  of: 'scenario',
  version: 1,
  after: ['legacy/features'],
  importer: scenarioFeaturesImporter,
}
