import type { PieceworkError } from '@piecework/core/piece'
import { isAbout, shapefileLabels } from '@piecework/vector-files'
import { gridRole } from '../roles.js'

export const planningGrid = shapefileLabels({
  role: gridRole,
  piece: 'legacy/planning-grid',
  code: 'legacy/grid',
  what: 'the planning grid',
})

export const isGridError = (error: unknown): error is PieceworkError => isAbout(planningGrid, error)
