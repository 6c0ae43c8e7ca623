import { PieceworkError } from '@piecework/core'
import type { Page } from '../views/views.js'
import type { PageQuery } from './page-query.js'

/** Items after the one whose key is `after`. Throws `options-invalid` if there is none. */
export function pageOf<T>(
  all: readonly T[],
  { limit, after }: PageQuery,
  keyOf: (item: T, at: number) => string,
): Page<T> {
  const before = after === undefined ? -1 : all.findIndex((item, at) => keyOf(item, at) === after)
  if (after !== undefined && before < 0)
    throw new PieceworkError('options-invalid', 'The query: "after" is no "next" of a page before.', {
      facts: { option: 'after' },
    })
  const items = all.slice(before + 1, before + 1 + limit)
  const last = items.at(-1)
  const end = before + items.length
  return { items, ...(last !== undefined && end + 1 < all.length && { next: keyOf(last, end) }) }
}
