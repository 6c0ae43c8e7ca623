import type { Column } from './catalogue.js'
import type { StagedColumn } from './stage.js'
import { containerOf, type TablePlan } from './table-plan.js'

/** The header of a file, matched with the catalogue. */
export interface Header {
  readonly columns: readonly StagedColumn[]
  /** In the file, but not in the database. */
  readonly unknown: readonly string[]
  /** Not in the file, and the database has no value for them. */
  readonly missing: readonly string[]
  /** In the file, but never read: owner, generated columns, and those of `set` and `ignore`. */
  readonly unread: readonly string[]
}

export function matchHeader(plan: TablePlan, names: readonly string[]): Header {
  const readable = readableColumns(plan)
  const unread = names.filter((name) => !readable.has(name) && plan.table.columns.has(name))
  return {
    columns: names.map((name) => ({
      of: readable.has(name) ? name : undefined,
      type: readable.get(name)?.type ?? 'text',
    })),
    unknown: names.filter((name) => !readable.has(name) && !plan.table.columns.has(name)),
    missing: plan.carried
      .filter((column) => isRequired(plan, column) && !names.includes(column.name))
      .map(({ name }) => name),
    unread,
  }
}

/**
 * Columns that a file may have: those that travel, and the stable keys of references and of ids in documents.
 */
export function readableColumns(plan: TablePlan): ReadonlyMap<string, Column> {
  const stable = plan.references.flatMap(({ shared, lookup }) => [shared, lookup].flatMap((key) => key ?? []))
  const inside = plan.containers.flatMap(({ ids }) => ids.flatMap(({ lookup }) => lookup?.headers ?? []))
  const pairs = { type: 'jsonb', stored: 'jsonb', base: 'jsonb', element: undefined, simple: true }
  return new Map([
    ...plan.carried.map((column) => [column.name, asInFile(plan, column)] as const),
    ...stable.flatMap(({ headers, columns }) =>
      headers.map((header, at) => [header, columns[at] as Column] as const),
    ),
    ...inside.map(
      (header) => [header, { ...(plan.carried[0] as Column), ...pairs, notNull: false }] as const,
    ),
  ])
}

/** Stable keys stand in the place of ids in an array of shared rows. */
function asInFile(plan: TablePlan, column: Column): Column {
  const container = containerOf(plan, column.name)
  const keyed = container?.form === 'array' && container.ids.some(({ shared }) => shared)
  return keyed ? { ...column, type: 'text[]', stored: 'text[]', base: '_text', element: 'text' } : column
}

const isRequired = (plan: TablePlan, column: Column): boolean =>
  !plan.claimed && (column.name === plan.key?.name || (column.notNull && !column.hasDefault && !plan.ownRow))
