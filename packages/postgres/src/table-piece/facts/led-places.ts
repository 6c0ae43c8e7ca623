import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column, Table } from '../catalogue.js'
import { onlyTable } from '../joins.js'
import { type KeyFamily, keyFamily } from '../key-family.js'
import type { IdPlace } from './id-places.js'
import { namedLike } from './likely-keys.js'
import { looksLikePeople } from './looks-like-people.js'
import { snakeCase } from './looks-secret.js'

/** Tables to whose rows ids may lead. */
export interface Leading {
  /** Whose rows travel. */
  readonly own: readonly Table[]
  /** Whose rows stay where they are. */
  readonly others: readonly Table[]
}

/** A place whose ids may be keys of a table. */
export interface LedPlace extends IdPlace {
  readonly table: Table
  /** Its name or its ids say so; else these may be other numbers or words that are keys by chance. */
  readonly isLikely: boolean
  /** Some of the values are keys, and others are something else. */
  readonly isPart?: true
}

const looks: Readonly<Record<KeyFamily, RegExp>> = {
  integer: /^(?:0|[1-9]\d{0,17})$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  text: /^/,
}

const idEnd = /(?:id|uuid|guid|fk)s?$/i
/** Columns whose values are of many sorts. */
const valueWord = /(?:^|_)(?:value|val|data)$/i
const personWord =
  /(?:^|_)(?:agent|approver|assignee|author|creator|editor|follower|manager|member|owner|participant|person|recipient|reporter|requester|reviewer|sender|user|watcher)s?(?:_ids?)?$|_by(?:_ids?)?$/

/** Those of the places at which ids of rows of the tables may stand. */
export async function ledPlaces(
  db: Queryable,
  { own, others }: Leading,
  from: Table,
  places: readonly IdPlace[],
): Promise<readonly LedPlace[]> {
  const all = [...own, ...others]
  const counts = await keysThere(db, all, places)
  return places.flatMap((place, at): LedPlace[] => {
    const ids = [...place.ids]
    const has = (table: Table): number => counts.get(table)?.[at] ?? 0
    const hasAll = (table: Table): boolean => has(table) === ids.length
    const unlikeOthers = ids.every((id) => id.length >= defaults.leastSoughtLength)
    const there = own.filter((table) => has(table) > 0)
    // Of a number or uuid that is named like this the row may be gone; `per_page` may be a number of anything.
    const isId = idEnd.test(place.word)
    const saysSo = /.\{\}$/.test(place.at) || isId
    const named = namedTable(all, from, place.word, ids) ?? namedTable(own, from, place.word, ids)
    if (named && (has(named) > 0 || (saysSo && familyOf(named) !== 'text')))
      return [{ ...place, table: named, isLikely: true }]
    if (personWord.test(snakeCase(place.word))) {
      const people = all.find((table) => looksLikePeople(table) && hasAll(table))
      if (people) return [{ ...place, table: people, isLikely: true }]
    }
    const [table] = unlikeOthers ? there : there.filter(hasAll)
    if (table) return [{ ...place, table, isLikely: unlikeOthers }]
    const mixed = place.at === '{}' && valueWord.test(place.word)
    const some = (mixed ? [...own, ...others.filter(looksLikePeople)] : []).find(
      (one) => has(one) * 4 >= ids.length,
    )
    if (some) return [{ ...place, table: some, isLikely: false, isPart: true }]
    const [far] = unlikeOthers || isId ? others.filter(hasAll) : []
    return far ? [{ ...place, table: far, isLikely: unlikeOthers }] : []
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
