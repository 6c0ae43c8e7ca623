import { z } from 'zod'

/** Options of the piece `legacy/planning-area`. */
export const planningAreaOptions = z.strictObject({
  /** Leave the project without a planning area. */
  skip: z.boolean().default(false),
})

export type PlanningAreaOptions = z.infer<typeof planningAreaOptions>
