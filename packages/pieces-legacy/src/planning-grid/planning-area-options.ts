import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'

/** Options of the piece `legacy/planning-area`. */
export interface PlanningAreaOptions {
  /** Leave the project without a planning area. Default false. */
  readonly skip: boolean
}

export const planningAreaOptions: Schema<PlanningAreaOptions> = z.strictObject({
  skip: z.boolean().default(false),
})
