import type { Piece } from '@piecework/core/piece'
import { gridIds } from '@piecework/marxan-files'
import { boundValidator } from './bound-validator.js'
import { boundaryImporter } from './boundary-importer.js'

/** Optional: bound.dat, boundary lengths between planning units. */
export const boundaryPiece: Piece = {
  contract: 1,
  name: 'legacy/boundary',
  of: 'scenario',
  version: 1,
  after: ['legacy/planning-grid'],
  validators: [boundValidator({ gridIds })],
  importer: boundaryImporter,
}
