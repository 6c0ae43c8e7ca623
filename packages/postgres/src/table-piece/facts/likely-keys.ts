import { Catalogue, type Column, type ForeignKey, type Table } from '../catalogue.js'
import { keyFamily } from '../key-family.js'
import { snakeCase } from './looks-secret.js'

const idEnd = /_?(?:ids?|uuids?|guids?|fk)$/

/** The tables with a foreign key for each column that is named like the key of one of them, where the database has none. */
export function withLikelyKeys(catalogue: Catalogue): Catalogue {
  const { tables } = catalogue
  return new Catalogue(
    tables.map((table) => ({ ...table, foreignKeys: [...table.foreignKeys, ...likelyKeys(tables, table)] })),
  )
}

function likelyKeys(tables: readonly Table[], table: Table): readonly ForeignKey[] {
  const known = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  const isOwn = (name: string) => table.primaryKey.length === 1 && table.primaryKey[0] === name
  const open = [...table.columns.values()].filter(
    ({ name, generated, element }) => !known.has(name) && !isOwn(name) && !generated && element === undefined,
  )
  return open.flatMap((column): ForeignKey[] => {
    const to = pairedBy(tables, table, column) ?? namedLike(tables, table, column)
    if (!to) return []
    const { schema, name, primaryKey } = to
    const key = { columns: [column.name], schema, table: name, keys: [...primaryKey] }
    return [{ ...key, deferred: false, onDelete: 'refuse', likely: true }]
  })
}

/** Of a table of pairs that is called after both: columns `A` and `B` of `_CategoryToPost`. */
function pairedBy(tables: readonly Table[], from: Table, { name, base }: Column): Table | undefined {
  const [, a = '', b = ''] = /^_(.+)To([A-Z].*)$/.exec(from.name) ?? []
  if (a === '' || from.columns.size !== 2 || !from.columns.has('A') || !from.columns.has('B'))
    return undefined
  const row = snakeCase(name === 'A' ? a : b)
  const fits = ({ primaryKey: [key = '', ...more], columns }: Table): boolean =>
    more.length === 0 && columns.get(key)?.base === base
  const found = tables.filter((to) => to.schema === from.schema && namesOfRow(to).includes(row) && fits(to))
  return found.length === 1 ? found[0] : undefined
}

/**
 * The only table whose rows the column names, with keys of its type: `topic_id` of `topics`, `latest_topic_id`, and `topic_id` of
 * `forum_topics`. Those of the column's own schema come first.
 */
export function namedLike(
  tables: readonly Table[],
  from: Table,
  column: Pick<Column, 'name' | 'base' | 'element'>,
): Table | undefined {
  const words = snakeCase(column.name)
  const name = words.replace(idEnd, '')
  const base = column.element ?? column.base
  const family = keyFamily({ base })
  if (name === '' || family === undefined || (name === words && family !== 'uuid')) return undefined
  const fitting = tables.filter(({ primaryKey: [key = '', ...more], columns }) => {
    const target = columns.get(key)
    return more.length === 0 && target !== undefined && keyFamily(target) === family
  })
  if (/^parent(?:_row)?$/.test(name) && fitting.includes(from)) return from
  const inSchema = fitting.filter(({ schema }) => schema === from.schema)
  for (const some of [inSchema, fitting])
    for (const isNamed of [isWhole, isEnd, isPrefixed]) {
      const found = some.filter((table) => namesOfRow(table).some((row) => isNamed(name, row)))
      if (found.length === 1) return found[0]
      if (found.length > 1) return isNamed === isEnd ? longest(found) : undefined
    }
  return undefined
}

/** Whether the column is called as a row of the table, or as its last words: `company_id` of `res_companies`. */
export function isNamedAfter(column: string, table: string): boolean {
  const name = snakeCase(column).replace(idEnd, '')
  return name !== '' && namesOfRow({ name: table }).some((row) => row === name || row.endsWith(`_${name}`))
}

const isWhole = (name: string, row: string): boolean => name === row
const isEnd = (name: string, row: string): boolean => name.endsWith(`_${row}`)
/** By the name of what the table is part of: `estate_id` of `farm_estate`. */
const isPrefixed = (name: string, row: string): boolean => row.endsWith(`_${name}`)

/** `blog_posts` rather than `posts`. */
function longest(found: readonly Table[]): Table | undefined {
  const [first, second] = [...found].sort((a, b) => b.name.length - a.name.length)
  return first && second && first.name.length > second.name.length ? first : undefined
}

/** What one row is called. */
export function namesOfRow({ name }: Pick<Table, 'name'>): readonly string[] {
  const words = snakeCase(name)
  return [words, words.replace(/s$/, ''), words.replace(/es$/, ''), words.replace(/ies$/, 'y')]
}
