import { PieceworkError } from '@piecework/core'
import { z } from 'zod'
import { pageDefaults } from '../defaults.js'
import { type Model, model } from '../http/model.js'
import type { Page } from '../views/views.js'

export interface PageQuery {
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string
}

/** Of a query: `limit` and `after`. */
export function pageShape(limit: number) {
  return {
    limit: z.coerce.number().int().min(1).max(pageDefaults.most).default(limit) as unknown as object,
    after: z.string().min(1).exactOptional() as unknown as object,
  }
}

export function pageModel(limit: number): Model<PageQuery> {
  return model(z.strictObject(pageShape(limit) as never) as never)
}

/** Items after the one whose key is `after`. Throws `options-invalid` if there is none. */
export function pageOf<T>(
  all: readonly T[],
  { limit, after }: PageQuery,
  keyOf: (item: T, at: number) => string,
): Page<T> {
  const at = after === undefined ? -1 : all.findIndex((item, at) => keyOf(item, at) === after)
  if (after !== undefined && at < 0)
    throw new PieceworkError('options-invalid', 'The query: "after" is no "next" of a page before.', {
      facts: { option: 'after' },
    })
  const items = all.slice(at + 1, at + 1 + limit)
  const last = items.at(-1)
  const end = at + items.length
  return { items, ...(last !== undefined && end + 1 < all.length && { next: keyOf(last, end) }) }
}
