import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { Column, Table } from '../table-piece/catalogue.js'
import { onlyTable } from '../table-piece/joins.js'
import { type KeyFamily, keyFamily } from '../table-piece/key-family.js'
import type { IdPlace } from './id-places.js'
import { namedLike } from './likely-keys.js'

/** A place whose ids may be keys of a table. */
export interface LedPlace extends IdPlace {
  readonly table: Table
  /** Its name or its ids say so; else these may be other numbers or words that are keys by chance. */
  readonly isLikely: boolean
}

const looks: Readonly<Record<KeyFamily, RegExp>> = {
  integer: /^(?:0|[1-9]\d{0,17})$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  text: /^/,
}

const idEnd = /(?:id|uuid|guid|fk)s?$/i

/** Those of the places at which ids of rows of the tables may stand. */
export async function ledPlaces(
  db: Queryable,
  tables: readonly Table[],
  from: Table,
  places: readonly IdPlace[],
): Promise<readonly LedPlace[]> {
  const counts = await keysThere(db, tables, places)
  return places.flatMap((place, at): LedPlace[] => {
    const ids = [...place.ids]
    const unlikeOthers = ids.every((id) => id.length >= defaults.leastSoughtLength)
    const there = tables.filter((table) => (counts.get(table)?.[at] ?? 0) > 0)
    const named = namedTable(tables, from, place.word, ids)
    // Of a number or uuid that is named like this the row may be gone; `per_page` may be a number of anything.
    const saysSo = /.\{\}$/.test(place.at) || idEnd.test(place.word)
    if (named && (there.includes(named) || (saysSo && familyOf(named) !== 'text')))
      return [{ ...place, table: named, isLikely: true }]
    const [table] = unlikeOthers ? there : there.filter((one) => (counts.get(one)?.[at] ?? 0) === ids.length)
    return table ? [{ ...place, table, isLikely: unlikeOthers }] : []
  })
}

const keyOf = ({ primaryKey: [name = '', ...more], columns }: Table): Column | undefined =>
  more.length === 0 ? columns.get(name) : undefined

const familyOf = (table: Table): KeyFamily | undefined => {
  const key = keyOf(table)
  return key && keyFamily(key)
}

/** The table that the word names, with keys that look like these ids. */
export function namedTable(
  tables: readonly Table[],
  from: Table,
  word: string,
  ids: readonly string[],
): Table | undefined {
  const name = idEnd.test(word) ? word : `${word}_id`
  for (const [family, base] of [
    ['integer', 'int8'],
    ['uuid', 'uuid'],
    ['text', 'text'],
  ] as const)
    if (word !== '' && ids.every((id) => looks[family].test(id))) {
      const found = namedLike(tables, from, { name, base, element: undefined })
      if (found) return found
    }
  return undefined
}

/** By table and place, how many of its ids are keys. */
async function keysThere(
  db: Queryable,
  tables: readonly Table[],
  places: readonly IdPlace[],
): Promise<ReadonlyMap<Table, readonly number[]>> {
  const counts = new Map<Table, number[]>()
  for (const [family, type] of [
    ['integer', 'bigint'],
    ['uuid', 'uuid'],
    ['text', 'text'],
  ] as const) {
    const targets = tables.filter((table) => familyOf(table) === family)
    const asked = places.flatMap(({ ids }, at) =>
      [...ids].filter((id) => looks[family].test(id)).map((id) => ({ id, at })),
    )
    if (targets.length === 0 || asked.length === 0) continue
    const selects = targets.map((table, at) => {
      const key = `k.${quoteIdent(keyOf(table)?.name ?? '')}${family === 'text' ? '::text' : ''}`
      return `SELECT ${at} AS target, i.place, count(*)::int AS count FROM ids i JOIN ${onlyTable(table)} k ON ${key} = i.id GROUP BY i.place`
    })
    const { rows } = await db.query<{ target: number; place: number; count: number }>(
      `WITH ids AS MATERIALIZED (SELECT * FROM unnest($1::${type}[], $2::int[]) AS i(id, place)) ${selects.join(' UNION ALL ')}`,
      [asked.map(({ id }) => id), asked.map(({ at }) => at)],
    )
    for (const { target, place, count } of rows) {
      const table = targets[target] as Table
      const own = counts.get(table) ?? []
      own[place] = count
      counts.set(table, own)
    }
  }
  return counts
}
