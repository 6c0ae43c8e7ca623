import type { Table } from '../table-piece/catalogue.js'
import { looksSecret, snakeCase } from '../table-piece/facts/looks-secret.js'
import type { PolymorphicReference, Reference, TableSpec } from '../table-piece/spec.js'
import { foreignOf } from './owned-tables.js'

/** What an order is made of: declarations without it. */
export interface Orderable {
  readonly table: Table
  readonly spec: Pick<TableSpec, 'owner' | 'ignore' | 'unique'>
  readonly references: ReadonlyMap<string, string | Reference | PolymorphicReference>
  /** Columns that may name files, whose keys are made anew. */
  readonly files: ReadonlySet<string>
  /** The key that is made anew. */
  readonly key: string | undefined
  /** Table below the root that the column leads to. */
  leadsTo(column: string): Table | undefined
}

export interface ProposedOrder {
  readonly order: readonly string[]
  /** A unique key says that no two rows have the same. */
  readonly isSure: boolean
}

const telling =
  /^(?:position|ordinal|sort(?:_?order)?|order_?index|seq(?:uence)?|rank|number|no|idx|index|line_?no|code|name|title|slug|key|label|path|created_?at|created_?on|inserted_?at|date)$/
const comparable = /^(?:bool|date|int[248]|numeric|text|timestamp|timestamptz|varchar|citext)$/
const mostSteps = 3

/** Columns that order the rows the same in every installation. */
export function proposeOrder(of: (table: Table) => Orderable | undefined, table: Table): ProposedOrder {
  return orderOf(of, table, [])
}

function orderOf(
  of: (table: Table) => Orderable | undefined,
  table: Table,
  seen: readonly Table[],
): ProposedOrder {
  const one = of(table)
  if (!one || seen.includes(table) || seen.length > mostSteps) return { order: [], isSure: false }
  const next = [...seen, table]
  const paths = table.uniqueKeys
    .map(({ columns }) => columns.map((column) => pathsOf(of, one, column, next)))
    .filter((columns) => columns.every((path) => path !== undefined))
    .map((columns) => [...new Set(columns.flatMap((path) => path ?? []))])
  const [sure] = paths.sort((a, b) => steps(a) - steps(b))
  if (sure) return { order: sure, isSure: true }
  const loose = (column: string) => loosePaths(of, one, column, next)
  const [known] = table.uniqueKeys
    .map(({ columns }) => columns.map(loose))
    .filter((columns) => columns.every((path) => path !== undefined))
    .map((columns) => [...new Set(columns.flatMap((path) => path ?? []))])
  if (known && known.length > 0) return { order: known, isSure: false }
  const plain = [...table.columns.values()]
    .filter((column) => isPlain(one, column.name))
    .map(({ name }) => name)
  const told = plain.filter((name) => telling.test(snakeCase(name)))
  const [step = ''] = one.spec.owner.split('.')
  const above = step === one.spec.owner ? [] : (loose(step) ?? [])
  return { order: [...above, ...(told.length > 0 ? told : plain).slice(0, 3)], isSure: false }
}

/** As `pathsOf`, also by columns of which no unique key says that they are enough. */
function loosePaths(
  of: (table: Table) => Orderable | undefined,
  one: Orderable,
  name: string,
  seen: readonly Table[],
): readonly string[] | undefined {
  const to = name === one.spec.owner ? undefined : one.leadsTo(name)
  if (!to) return pathsOf(of, one, name, seen)
  const { order } = orderOf(of, to, seen)
  return order.length > 0 ? order.map((path) => `${name}.${path}`) : undefined
}

const steps = (paths: readonly string[]): number =>
  paths.reduce((all, path) => all + path.split('.').length, 0)

/** As part of a unique key: undefined if its values are made anew; none for the owner, which all rows share. */
function pathsOf(
  of: (table: Table) => Orderable | undefined,
  one: Orderable,
  name: string,
  seen: readonly Table[],
): readonly string[] | undefined {
  const [owner] = one.spec.owner === name ? [name] : []
  if (owner !== undefined) return []
  const reference = one.references.get(name)
  if (reference === undefined) return isPlain(one, name) ? [name] : undefined
  if (name.includes('.') || (typeof reference === 'object' && 'tables' in reference)) return undefined
  if (typeof reference === 'object' && reference.shared)
    return reference.shared.by.map((column) => `${name}.${column}`)
  const to = one.leadsTo(name)
  if (!to) return undefined
  const { order, isSure } = orderOf(of, to, seen)
  return isSure ? order.map((path) => `${name}.${path}`) : undefined
}

function isPlain({ table, spec, references, files, key }: Orderable, name: string): boolean {
  const column = table.columns.get(name)
  const changes = files.has(name) || (spec.unique && Object.hasOwn(spec.unique, name))
  const leads = references.has(name) || foreignOf(table, name) !== undefined
  const isMade = name === key || column?.serial || column?.generated || changes || spec.ignore?.includes(name)
  return column !== undefined && comparable.test(column.base) && !leads && !isMade && !looksSecret(column)
}
