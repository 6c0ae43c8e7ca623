import type { PieceworkError } from '@piecework/core'
import { gridRole } from '../roles.js'
import { isAbout, shapefileWords } from '../shapefile/shapefile-words.js'

export const planningGrid = shapefileWords({
  role: gridRole,
  piece: 'legacy/planning-grid',
  code: 'legacy/grid',
  what: 'the planning grid',
})

export const isGridError = (error: unknown): error is PieceworkError => isAbout(planningGrid, error)
