import type { PieceworkError } from '@piecework/core/piece'
import { layerLabels } from '@piecework/vector-files'
import { gridRole } from '../roles.js'

export const planningGrid = layerLabels({
  role: gridRole,
  piece: 'legacy/planning-grid',
  code: 'legacy/grid',
  what: 'the planning grid',
})

export const isGridError = (error: unknown): error is PieceworkError => planningGrid.isOwnError(error)
