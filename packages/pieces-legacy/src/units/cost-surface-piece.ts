import type { Piece } from '@piecework/core/piece'
import { gridIds } from '@piecework/marxan-files'
import { costSurfaceImporter } from './cost-surface-importer.js'
import { puValidator } from './pu-validator.js'

/** pu.dat: the project's default cost surface. */
export const costSurfacePiece: Piece = {
  contract: 1,
  name: 'legacy/cost-surface',
  of: 'project',
  version: 1,
  after: ['legacy/planning-grid'],
  validators: [puValidator({ gridIds })],
  importer: costSurfaceImporter,
}
