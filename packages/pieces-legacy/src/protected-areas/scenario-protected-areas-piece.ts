import type { Piece } from '@piecework/core/piece'
import {
  protectedSelectionImporter,
  scenarioProtectedAreasImporter,
  scenarioProtectionImporter,
} from './scenario-protected-areas-importer.js'

/** The scenario's selection of the uploaded protected areas. */
export const scenarioProtectedAreasPiece: Piece = {
  contract: 1,
  name: 'legacy/scenario-protected-areas',
  of: 'scenario',
  version: 1,
  after: ['legacy/protected-area-shapes', 'legacy/scenario-planning-units'],
  importer: scenarioProtectedAreasImporter,
}

/** Where the scenario's planning units are in another database than the scenario: what is in its own row. */
export const protectedSelectionPiece: Piece = {
  ...scenarioProtectedAreasPiece,
  importer: protectedSelectionImporter,
}

/** There, what is in the rows of its planning units. */
export const scenarioProtectionPiece: Piece = {
  ...scenarioProtectedAreasPiece,
  name: 'legacy/scenario-protection',
  importer: scenarioProtectionImporter,
}
