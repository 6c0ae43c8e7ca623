import type { Piece } from '@piecework/core/piece'
import { gridIds } from '@piecework/marxan-files'
import { puvsprValidator } from '../amounts/puvspr-validator.js'
import { featuresImporter } from './features-importer.js'
import { type FeaturesOptions, featuresOptions } from './features-options.js'
import { specValidator } from './spec-validator.js'

/** spec.dat and puvspr.dat: the project's features and their amounts. `partBytes`: as `featuresImporter` has it. */
export const featuresPiece = (partBytes?: number): Piece<FeaturesOptions> => ({
  contract: 1,
  name: 'legacy/features',
  of: 'project',
  version: 1,
  after: ['legacy/planning-grid'],
  options: featuresOptions,
  validators: [specValidator, puvsprValidator({ gridIds })],
  importer: featuresImporter(partBytes),
})
