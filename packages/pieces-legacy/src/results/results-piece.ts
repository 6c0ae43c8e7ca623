import type { Piece } from '@piecework/core/piece'
import { resultsImporter } from './results-importer.js'
import { type ResultsOptions, resultsOptions } from './results-options.js'
import { resultsValidator } from './results-validator.js'

/** Optional: Marxan's output folder, runs and solutions of the scenario. */
export const resultsPiece: Piece<ResultsOptions> = {
  contract: 1,
  name: 'legacy/results',
  of: 'scenario',
  version: 1,
  after: ['legacy/planning-grid', 'legacy/scenario-planning-units', 'legacy/scenario-features'],
  options: resultsOptions,
  validators: [resultsValidator],
  importer: resultsImporter,
}
