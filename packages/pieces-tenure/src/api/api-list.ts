import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'
import { IdTable } from '../id-table.js'
import type { ApiClient } from './api-client.js'
import { changedMeanwhile, invalidPage } from './api-error.js'

/** One list of the API: `{ count, next, results: […] }`, or the same of GeoJSON with `features`. */
export interface ApiList<Row extends { readonly id: string }> {
  /** Below the project: `parties/`. */
  readonly path: string
  readonly row: Schema<Row>
}

const page = z.object({
  count: z.number().int().nonnegative(),
  next: z.string().nullable(),
  results: z
    .union([
      z.array(z.unknown()),
      z.object({ features: z.array(z.unknown()) }).transform((one) => one.features),
    ])
    .optional(),
  features: z.array(z.unknown()).optional(),
})

/**
 * All rows of a list, page by page. Throws `tenure/api-invalid` for what no page is, and `source-changed` when the pages have
 * been read and are not those of one list: an id twice, another count on one of them, more or fewer rows than that.
 */
export async function* apiRows<Row extends { readonly id: string }>(
  client: ApiClient,
  { path, row }: ApiList<Row>,
): AsyncGenerator<readonly Row[]> {
  const [visited, ids] = [new Set<string>(), new IdTable()]
  let first: number | undefined
  let url = client.scope.below(path)
  for (let number = 1; ; number++) {
    const where = `${path}, page ${number}`
    visited.add(url.href)
    const { count, next, rows } = pageOf(await client.json(url, where), row, where)
    first ??= count
    // A row that goes moves one behind it over the border of a page: one that comes may hide that from the last count.
    if (count !== first)
      throw changedMeanwhile(where, `the first page counts ${first} rows, this one ${count}`)
    for (const { id } of rows) {
      if (!ids.add(id))
        throw changedMeanwhile(where, `the id ${JSON.stringify(id)} is there for the second time`)
    }
    if (ids.size > count) throw changedMeanwhile(where, `there are ${ids.size} rows and not ${count}`)
    yield rows
    if (next === null) {
      if (ids.size !== count) throw changedMeanwhile(where, `there are ${ids.size} rows and not ${count}`)
      return
    }
    if (rows.length === 0) throw invalidPage(where, 'an empty page has a next one')
    url = client.scope.within(next, url, `${where}: the link to the next page`)
    if (visited.has(url.href)) throw invalidPage(where, 'the link to the next page leads back')
  }
}

function pageOf<Row>(given: unknown, row: Schema<Row>, where: string) {
  const { count, next, results, features } = parsed(page, given, where)
  const all = features ?? results
  if (!all) throw invalidPage(where, 'there are neither results nor features')
  return { count, next, rows: all.map((one, at) => parsed(row, one, `${where}, row ${at + 1}`)) }
}

/** Throws `tenure/api-invalid` with the place of the first thing that is wrong. */
export function parsed<T>(schema: Schema<T>, given: unknown, where: string): T {
  try {
    return schema.parse(given)
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : []
    const place = issue?.path.join('.')
    const what = `${place ? `${place}: ` : ''}${issue?.message ?? 'it is not what it should be'}`
    throw invalidPage(where, what, error)
  }
}
