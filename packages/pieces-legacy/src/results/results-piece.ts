import type { Piece } from '@piecework/core/piece'
import { resultsAloneImporter, resultsImporter, runMarkImporter } from './results-importer.js'
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

/** Where results are in another database than the scenario: all but its own row. */
export const resultsElsewhere: Piece<ResultsOptions> = { ...resultsPiece, importer: resultsAloneImporter }

/** There, what the scenario's own row says of its results. */
export const runMarkPiece: Piece = {
  contract: 1,
  name: 'legacy/run-mark',
  of: 'scenario',
  version: 1,
  after: ['legacy/results'],
  importer: runMarkImporter,
}
