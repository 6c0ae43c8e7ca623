import type { CsvRow, ValidationContext } from '@piecework/core/piece'
import { lookupKeysIn, sharedKeysIn } from './json-keys.js'
import { missingKeys } from './missing-keys.js'
import { carriesTarget } from './reference-value.js'
import type { StableKey, TablePlan, Target } from './table-plan.js'
import { conditionSql, referencedTable } from './target-rows.js'
import { valueIn } from './value-in.js'

/**
 * Stable keys in one column of a file, of rows that the file does not bring: shared ones, or rows of what an
 * import goes into.
 */
export interface ExternalKeys {
  /** For findings, as are the next three. */
  readonly column: string
  readonly code: string
  readonly hint: string
  message(key: string): string
  /** Stable keys in this row. */
  read(row: CsvRow): Iterable<string>
  /** Those of `keys` that do not lead to a row; each is returned once. */
  missing(keys: readonly string[]): Promise<readonly string[]>
}

type Context = Pick<ValidationContext, 'tx' | 'target' | 'into' | 'carries'>

/** For the columns of a table's entry. */
export function externalKeys(plan: TablePlan, context: Context): ExternalKeys[] {
  const { target: resource, into } = context
  const within = { resource, ...(into && { into }) }
  const rowsOf = (target: Target, stable: StableKey): string =>
    `${referencedTable(plan.schema, target)} WHERE ${conditionSql(stable.where, within)}`
  const shared = (column: string, target: Target, stable: StableKey, read: ExternalKeys['read']) => ({
    column,
    code: 'table/shared-missing',
    hint: 'Install the same shared data, or remove what refers to it before the export.',
    message: (key: string) => `${key} is not among the shared rows of "${target.name}" here.`,
    read,
    missing: missingKeys(context.tx, rowsOf(target, stable), stable, false),
  })
  const lookup = (column: string, target: Target, stable: StableKey, read: ExternalKeys['read']) => ({
    column,
    code: 'table/elsewhere-missing',
    hint: `Import into a ${target.of} that has it once.`,
    message: (key: string) =>
      `The ${target.of} that this goes into does not have exactly one row of "${target.name}" with the "${stable.column.name}" ${key}.`,
    read,
    missing: missingKeys(context.tx, rowsOf(target, stable), stable, true),
  })
  const columns = [...plan.references].flatMap(([name, reference]) => {
    const { shared: common, lookup: other } = reference
    const given = (row: CsvRow): boolean => valueIn(row, name) !== null
    const found: ExternalKeys[] = []
    if (common) {
      found.push(
        shared(common.header, reference, common, (row) => (given(row) ? [] : keyOf(row, common.header))),
      )
    }
    if (other && !carriesTarget(reference, context)) {
      found.push(
        lookup(other.header, reference, other, (row) =>
          common && !given(row) ? [] : keyOf(row, other.header),
        ),
      )
    }
    return found
  })
  const documents = [...plan.json].flatMap(([name, { ids, column }]) =>
    ids.flatMap((target) => {
      const { shared: common, lookup: other, path } = target
      const found: ExternalKeys[] = []
      if (common)
        found.push(shared(name, target, common, (row) => sharedKeysIn(valueIn(row, name), path, column.base)))
      if (other && !carriesTarget(target, context)) {
        found.push(
          lookup(name, target, other, (row) =>
            lookupKeysIn(valueIn(row, name), valueIn(row, other.header), path, column.base),
          ),
        )
      }
      return found
    }),
  )
  return [...columns, ...documents]
}

function keyOf(row: CsvRow, header: string): readonly string[] {
  const key = valueIn(row, header)
  return typeof key === 'string' ? [key] : []
}
