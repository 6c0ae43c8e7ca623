import type { Catalogue, ForeignKey, Table } from '../table-piece/catalogue.js'
import { isNamedAfter } from '../table-piece/facts/likely-keys.js'
import { looksLikePeople } from '../table-piece/facts/looks-like-people.js'

/** A column that leads to another table on the way to the root. */
interface Step {
  readonly column: string
  readonly to: Table
  readonly key: string
}

/** How a table leads to the root. */
export interface Owned {
  /** Columns from the table to the one that holds the root's key. */
  readonly path: readonly string[]
  /** The first column of the path, unless that holds the root's key itself. */
  readonly step?: Step
  /** Rows may lead nowhere. */
  readonly nullable: boolean
}

export type OwnedTables = ReadonlyMap<Table, Owned>

interface Way extends Owned {
  readonly table: Table
  readonly foreign: ForeignKey
}

/**
 * The root and the tables below it, each by its shortest way; ways of columns that may be NULL only where there is
 * no other. People are not below it, nor are rows that outlive what they lead to (ON DELETE SET NULL), unless the column
 * is named after it: `company_id` of `res_company`, and not `current_company_id`.
 */
export function ownedTables(catalogue: Catalogue, root: Table, key: string): OwnedTables {
  const owned = new Map<Table, Owned>([[root, { path: [key], nullable: false }]])
  const others = catalogue.tables.filter((table) => !looksLikePeople(table))
  for (;;) {
    const ways = others
      .filter((table) => !owned.has(table))
      .flatMap((table) => waysToRoot(catalogue, table, owned, { root, key }))
    const [best] = ways.filter(isOwnership).sort(byPreference)
    if (!best) return owned
    const { path, step, nullable } = best
    owned.set(best.table, { path, nullable, ...(step && { step }) })
  }
}

function isOwnership({ nullable, foreign }: Way): boolean {
  if (!nullable || foreign.onDelete !== 'clear') return true
  const [column = ''] = foreign.columns
  return foreign.columns.length === 1 && isNamedAfter(column, foreign.table)
}

const byPreference = (a: Way, b: Way): number =>
  Number(a.nullable) - Number(b.nullable) ||
  a.path.length - b.path.length ||
  Number(b.foreign.onDelete === 'cascade') - Number(a.foreign.onDelete === 'cascade')

/** Of each foreign key that leads to a table below the root. */
export function waysToRoot(
  catalogue: Catalogue,
  table: Table,
  owned: OwnedTables,
  root: { readonly root: Table; readonly key: string },
): readonly Way[] {
  return table.foreignKeys.flatMap((foreign): Way[] => {
    const to = catalogue.get({ schema: foreign.schema, name: foreign.table })
    const above = to && owned.get(to)
    if (!to || !above || to === table) return []
    const way = wayOf(catalogue, foreign, to, above, owned, root)
    if (!way) return []
    const column = table.columns.get(way.path[0] ?? '')
    return [{ ...way, table, foreign, nullable: above.nullable || column?.notNull !== true }]
  })
}

function wayOf(
  catalogue: Catalogue,
  { columns, keys }: ForeignKey,
  to: Table,
  above: Owned,
  owned: OwnedTables,
  { root, key }: { readonly root: Table; readonly key: string },
): Pick<Owned, 'path' | 'step'> | undefined {
  const pairs = columns.map((column, at) => ({ column, key: keys[at] ?? '' }))
  const [owner] = above.path
  const direct = pairs.find((pair) =>
    to === root ? pair.key === key : above.path.length === 1 && pair.key === owner,
  )
  if (direct) return { path: [direct.column] }
  const own = pairs.length === 1 ? pairs[0] : pairs.find((pair) => to.unique.has(pair.key))
  if (own) return { path: [own.column, ...above.path], step: { column: own.column, to, key: own.key } }
  for (const pair of pairs) {
    const next = foreignOf(to, pair.key)
    const beyond = next && catalogue.get({ schema: next.schema, name: next.table })
    const way = beyond && owned.get(beyond)
    const last = next?.keys[0]
    if (beyond && way && last !== undefined && beyond !== root)
      return { path: [pair.column, ...way.path], step: { column: pair.column, to: beyond, key: last } }
  }
  return undefined
}

/** The foreign key of this column alone. */
export const foreignOf = (table: Table, column: string): ForeignKey | undefined =>
  table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column)
