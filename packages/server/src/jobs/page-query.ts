import { z } from 'zod'
import { pageDefaults } from '../defaults.js'
import { type Model, model } from '../http/model.js'

export interface PageQuery {
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string
}

export interface JobsQuery extends PageQuery {
  /** Of a resource that they read or make; with `id`. */
  readonly kind?: string
  readonly id?: string
  readonly requestedBy?: 'me'
}

const text = z.string().min(1)

function pageShape(limit: number) {
  return {
    limit: z.coerce.number<string>().int().min(1).max(pageDefaults.most).default(limit),
    after: text.exactOptional().describe('"next" of the page before'),
  }
}

/** Of a query. `limit`: of a page, when none is asked for. */
export function pageModel(limit: number): Model<PageQuery> {
  return model(z.strictObject(pageShape(limit)))
}

export const jobsModel: Model<JobsQuery> = model(
  z.strictObject({
    ...pageShape(pageDefaults.jobs),
    kind: text.exactOptional().describe('of a resource that they read or make'),
    id: text.exactOptional().describe('of a resource that they read or make'),
    requestedBy: z.literal('me').exactOptional(),
  }),
)
