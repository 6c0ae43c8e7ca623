import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'

/** Options of the piece `legacy/results`. */
export interface ResultsOptions {
  /** Leave the results of an uploaded output folder out: it is not even read. Default false. */
  readonly skip: boolean
}

export const resultsOptions: Schema<ResultsOptions> = z.strictObject({
  skip: z.boolean().default(false),
})
