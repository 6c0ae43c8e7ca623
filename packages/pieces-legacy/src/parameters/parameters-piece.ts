import type { Piece } from '@piecework/core/piece'
import { inputDatValidator } from './input-dat-validator.js'
import { parametersImporter } from './parameters-importer.js'

/** input.dat: the scenario's Marxan parameters. */
export const parametersPiece: Piece = {
  contract: 1,
  name: 'legacy/parameters',
  of: 'scenario',
  version: 1,
  after: ['legacy/cost-surface'],
  validators: [inputDatValidator],
  importer: parametersImporter,
}
