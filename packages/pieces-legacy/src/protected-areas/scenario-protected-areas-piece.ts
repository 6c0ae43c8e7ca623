import type { Piece } from '@piecework/core/piece'
import { scenarioProtectedAreasImporter } from './scenario-protected-areas-importer.js'

/** The scenario's selection of the uploaded protected areas. */
export const scenarioProtectedAreasPiece: Piece = {
  contract: 1,
  name: 'legacy/scenario-protected-areas',
  of: 'scenario',
  version: 1,
  after: ['legacy/protected-area-shapes', 'legacy/scenario-planning-units'],
  importer: scenarioProtectedAreasImporter,
}
