import assert from 'node:assert/strict'
import type { Queryable, Transaction } from '@piecework/core/store'
import { inAllTables } from './all-tables.js'
import type { CopyOptions, PieceBench } from './piece-bench.js'
import { transactionId } from './sequences.js'

/** Smaller numbers may stand anywhere. */
const leastNumber = 1_000_000
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const number = /(?<!\d|\d\.)\d{7,}(?!\.?\d)/g
const word = /[A-Za-z0-9_-]{12,}/g

/** Looks for keys of rows of the sample in what a copy has written, in whatever column. */
export function soughtKeys({ db, sample, began }: PieceBench): CopyOptions & { assertNone(): Promise<void> } {
  let from = '0'
  let written: readonly NewRow[] = []
  return {
    begin: async (tx: Transaction) => {
      from = await transactionId(tx)
    },
    made: async (tx: Transaction) => {
      written = await newRows(tx, from)
    },
    assertNone: async () => {
      const shared = new Set(sample.shared)
      const keys = new Map<string, string>()
      for (const { table, key } of await newRows(db, began))
        if (key !== undefined && isTelling(key) && !shared.has(key)) keys.set(key, table)
      const isCopy = ({ table, key }: NewRow): boolean => key === undefined || keys.get(key) !== table
      const found = written.filter(isCopy).flatMap(({ table, row }) =>
        Object.entries(row).flatMap(([column, value]) =>
          idsIn(JSON.stringify(value)).flatMap((id) => {
            const of = keys.get(id)
            return of === undefined ? [] : [`${table}.${column} has ${id}, the key of a row of ${of}`]
          }),
        ),
      )
      const places = [...new Map(found.map((text) => [text.replace(/ has .*, the key/, ''), text])).values()]
      const hint =
        'Declare where they stand; rows that several resources share are named in "shared" of the sample.'
      assert.equal(places.length, 0, `old ids survive: ${places.slice(0, 20).join('; ')}. ${hint}`)
    },
  }
}

const isTelling = (key: string): boolean =>
  /^\d+$/.test(key) ? Number(key) >= leastNumber : idsIn(key).includes(key)

const idsIn = (text: string): readonly string[] =>
  [uuid, number, word].flatMap((pattern) => [...new Set(text.match(pattern) ?? [])])

interface NewRow {
  readonly table: string
  /** Of one column. */
  readonly key: string | undefined
  readonly row: Readonly<Record<string, unknown>>
}

async function newRows(db: Queryable, from: string): Promise<readonly NewRow[]> {
  const found = await inAllTables<{ row: string }>(
    db,
    'to_jsonb(t)::text AS row',
    `t.xmin::text::bigint >= ${from}`,
  )
  return found.map(([{ name, key }, { row: text }]) => {
    const row = JSON.parse(text) as Readonly<Record<string, unknown>>
    const value = key === null ? undefined : row[key]
    return { table: name.replace(/^public\./, ''), key: value === undefined ? undefined : String(value), row }
  })
}
