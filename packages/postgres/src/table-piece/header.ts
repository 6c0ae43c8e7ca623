import type { Column } from './catalogue.js'
import type { StagedColumn } from './stage.js'
import type { StableKey, TablePlan } from './table-plan.js'

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
  const stable = [...plan.references.values()].flatMap(({ shared, lookup }) =>
    [shared, lookup].filter((key): key is StableKey => key !== undefined),
  )
  const inside = [...plan.json.values()].flatMap(({ ids }) => ids.flatMap(({ lookup }) => lookup ?? []))
  return new Map([
    ...plan.carried.map((column) => [column.name, column] as const),
    ...stable.map(({ header, column }) => [header, column] as const),
    ...inside.map(({ header, column }) => [header, { ...column, type: 'jsonb', base: 'jsonb' }] as const),
  ])
}

const isRequired = (plan: TablePlan, column: Column): boolean =>
  !plan.claimed && (column.name === plan.key?.name || (column.notNull && !column.hasDefault && !plan.ownRow))
