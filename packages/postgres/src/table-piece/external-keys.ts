import type { CsvRow, ValidationContext } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import { jsonArrayText, lookupKeysIn, sharedKeysIn } from './container-keys.js'
import { notFound } from './found-here.js'
import { readSql } from './kept-sql.js'
import { leads } from './leads.js'
import { missingKeys } from './missing-keys.js'
import { carriesTarget } from './reference-value.js'
import { askAboutEach } from './refused-values.js'
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
  /** `times`: how often it is named. */
  message(key: string, times: number): string
  /** Stable keys in this row. */
  read(row: CsvRow): Iterable<string>
  /** Those of `keys` that do not lead to a row; each is returned once. */
  missing(keys: readonly string[]): Promise<readonly string[]>
}

type Context = Pick<ValidationContext, 'tx' | 'target' | 'into' | 'carries' | 'principal' | 'jobId'>

/** For the columns of a table's entry. */
export function externalKeys(plan: TablePlan, context: Context): ExternalKeys[] {
  const shared = (column: string, target: Target, stable: StableKey, read: ExternalKeys['read']) => ({
    column,
    code: 'table/shared-missing',
    hint: `Make ${stable.by.length === 1 ? 'a row' : 'rows'} of "${target.table.name}" with this ${stable.by.join(', ')} here, or let ${'none' in target && stable.by.length === 1 ? '"find" or "missing"' : '"missing"'} of the reference say what takes its place.`,
    message: (key: string, times: number) =>
      `${key} is not among the shared rows of "${target.table.name}" here; it is named ${often(times)}.`,
    read,
    missing: missingShared(target, stable, context),
  })
  const lookup = (column: string, target: Target, stable: StableKey, read: ExternalKeys['read']) => ({
    column,
    code: 'table/elsewhere-missing',
    hint: `Import into a ${target.of} that has it once.`,
    message: (key: string, times: number) =>
      `The ${target.of} that this goes into does not have exactly one row of "${target.table.name}" with the "${stable.by.join(', ')}" ${key}; it is named ${often(times)}.`,
    read,
    missing: missingKeys(context.tx, rowsOf(target, stable, context), stable, true),
  })
  const columns = plan.references.flatMap((reference) => {
    const { column, shared: common, lookup: other } = reference
    const given = (row: CsvRow): boolean => valueIn(row, column.name) !== null
    const keyOf = (stable: StableKey, row: CsvRow) => (leads(reference, row) ? keysOf(row, stable) : [])
    const found: ExternalKeys[] = []
    if (common && isRefused(common)) {
      const header = common.headers.join(', ')
      found.push(shared(header, reference, common, (row) => (given(row) ? [] : keyOf(common, row))))
    }
    if (other && !carriesTarget(reference, context)) {
      const header = other.headers.join(', ')
      found.push(lookup(header, reference, other, (row) => (common && !given(row) ? [] : keyOf(other, row))))
    }
    return found
  })
  const documents = plan.containers.flatMap((container) => {
    const { name } = container.column
    return container.ids.flatMap((target) => {
      const { shared: common, lookup: other } = target
      const found: ExternalKeys[] = []
      if (common && isRefused(common))
        found.push(shared(name, target, common, (row) => sharedKeysIn(valueIn(row, name), container, target)))
      if (other && !carriesTarget(target, context)) {
        const [header = ''] = other.headers
        found.push(
          lookup(name, target, other, (row) =>
            lookupKeysIn(valueIn(row, name), valueIn(row, header), container, target),
          ),
        )
      }
      return found
    })
  })
  return [...columns, ...documents, ...takenValues(plan, context)]
}

const often = (times: number): string => (times === 1 ? 'once' : `${times} times`)

/** Resolves to those of the given stable keys that no row here has, and for which the host finds none. */
export function missingShared(
  target: Target,
  stable: StableKey,
  context: Context,
): (keys: readonly string[]) => Promise<readonly string[]> {
  const ask = missingKeys(context.tx, rowsOf(target, stable, context), stable, false)
  const { target: resource, into } = context
  const within = { ...context, ...(resource && { resource }), ...(into && { into }) }
  return async (keys) => notFound(target, stable, await ask(keys), within)
}

/** SQL: a table and a condition, of rows that a stable key may be of. */
export function rowsOf(target: Target, stable: StableKey, { target: resource, into }: Context): string {
  const within = { ...(resource && { resource }), ...(into && { into }) }
  return `${referencedTable(target)} WHERE ${conditionSql(stable.where, within)}`
}

/** Values of columns that must be free here. */
function takenValues({ unique, table }: TablePlan, { tx }: Context): ExternalKeys[] {
  return unique
    .filter(({ taken }) => taken === 'fail')
    .map(({ column }) => ({
      column: column.name,
      code: 'table/unique-taken',
      hint: 'Change it before the export, or let the declaration of "unique" change it.',
      message: (key: string) => `${key} is taken in "${column.name}" of table "${table.name}" here.`,
      read: (row) => {
        const value = valueIn(row, column.name)
        return value === null ? [] : [value]
      },
      missing: takenHere({ table }, column, tx),
    }))
}

/** Resolves to those of the values that a row of the table has here, as the column's unique index compares. */
export const takenHere =
  (plan: Pick<TablePlan, 'table'>, column: Column, tx: Context['tx']) =>
  async (values: readonly string[]): Promise<readonly string[]> => {
    const taken: string[] = []
    const ask = async (some: readonly string[]): Promise<void> => {
      const { rows } = await tx.query<{ key: string }>(
        `SELECT u.key FROM unnest($1::text[]) AS u(key)
         WHERE (SELECT true FROM ${referencedTable(plan)} q WHERE q.${quoteIdent(column.name)} = (SELECT ${asValue(column)}) LIMIT 1)`,
        [some],
      )
      taken.push(...rows.map(({ key }) => key))
    }
    // What the column does not take is told where its values are looked at.
    await askAboutEach(tx, [...new Set(values)].sort(), ask, () => {}, defaults.refusedPerColumn)
    return taken
  }

/** Texts as they are: a cast would cut what is too long. */
const asValue = (column: Column): string =>
  /^(text|varchar)$/.test(column.base) ? 'u.key' : readSql(column, 'u.key')

const isRefused = ({ missing }: StableKey): boolean => missing === undefined || missing === 'refuse'

/** Of several columns as a JSON array, as the database writes it inside a text. */
export function keysOf(row: CsvRow, { headers }: StableKey): readonly string[] {
  const parts = headers.map((header) => valueIn(row, header))
  if (!parts.every((part) => typeof part === 'string')) return []
  return [parts.length === 1 ? (parts[0] as string) : jsonArrayText(parts as string[])]
}
