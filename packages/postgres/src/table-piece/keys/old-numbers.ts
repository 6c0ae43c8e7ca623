import {
  type Entries,
  type KeyRange,
  type KeysContext,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import type { Column } from '../catalogue.js'
import { openEntry } from '../open-entry.js'
import { remapRecords } from '../remap-records.js'
import { rowError } from '../row-error.js'
import { resourceRows } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'
import { isUniqueAlone } from './is-unique-alone.js'
import { rangesSql } from './ranges-sql.js'
import { createRuns } from './runs.js'

/** Temporary table with the column `k`: old numbers of one column. */
export const oldNumbers = 'pg_temp.piecework_old_numbers'

/** Runs of old keys, each once. */
export const oldRuns = 'pg_temp.piecework_old_runs'

/**
 * Fills `oldRuns` with old keys, from the entry or from the rows of the source. Resolves to how many there are.
 * Throws `archive-invalid` if two rows have the same key and may not. `reserved`: keys to leave out, which have
 * new ones already.
 */
export async function collectKeys(
  plan: TablePlan,
  column: Column,
  context: KeysContext,
  reserved?: AsyncIterable<readonly KeyRange[]>,
): Promise<number> {
  const { tx, entries } = context
  const rows = await collectNumbers(plan, column, context)
  if (reserved) await leaveOut(tx, reserved)
  await createRuns(tx, oldRuns)
  await tx.query(
    `INSERT INTO ${oldRuns} SELECT min(o.k), count(*), min(o.at)
     FROM (SELECT d.k, row_number() OVER (ORDER BY d.k) - 1 AS at FROM (SELECT DISTINCT k FROM ${oldNumbers} WHERE k IS NOT NULL) d) o
     GROUP BY o.k - o.at`,
  )
  const { rows: found } = await tx.query<{ keys: string }>(
    `SELECT coalesce(sum(length), 0)::text AS keys FROM ${oldRuns}`,
  )
  const keys = Number(found[0]?.keys)
  if (entries && keys !== rows && isUniqueAlone(plan, column)) throw repeated(plan, column)
  return keys
}

/** By halves of each page: with many resources there are as many ranges as numbers. */
async function leaveOut(tx: Queryable, reserved: AsyncIterable<readonly KeyRange[]>): Promise<void> {
  for await (const page of reserved) {
    await tx.query(`DELETE FROM ${oldNumbers} o WHERE ${rangesSql(page, 'o.k')} IS NOT NULL`)
  }
}

/** Fills `oldNumbers` with all numbers of the column. Resolves to how many rows there are. */
export async function collectNumbers(
  plan: TablePlan,
  column: Column,
  { tx, entries, source }: KeysContext,
): Promise<number> {
  await tx.query(`DROP TABLE IF EXISTS ${oldNumbers}`)
  await tx.query(`CREATE TEMPORARY TABLE ${oldNumbers.replace('pg_temp.', '')} (k bigint) ON COMMIT DROP`)
  if (entries) return copyColumn(plan, column, tx, entries)
  const rows = resourceRows(plan, source.id)
  const { rowCount } = await tx.query(
    `INSERT INTO ${oldNumbers} SELECT t.${quoteIdent(column.name)} FROM ${rows.from} WHERE ${rows.where}`,
  )
  return rowCount
}

/** Copies one column of the entry, so that no list of numbers is in this process. */
async function copyColumn(
  plan: TablePlan,
  { name }: Column,
  tx: KeysContext['tx'],
  entries: Entries,
): Promise<number> {
  const { csv } = await openEntry(plan, entries)
  try {
    if (!csv.columns.includes(name)) return 0
    const columns = csv.columns.map((header) => (header === name ? {} : { dropped: true as const }))
    const records = remapRecords(csv.records, columns, Buffer.alloc(0), noIds)
    return await tx.copyIn({ table: oldNumbers, columns: ['k'] }, records)
  } catch (error) {
    throw rowError(error, plan.entry, () => name)
  } finally {
    await csv.close()
  }
}

/** No column is remapped. */
const noIds = { idOf: (_: string, id: string): string => id }

function repeated({ entry }: TablePlan, { name }: Column): PieceworkError {
  const message = `Entry "${entry}" has two rows with the same "${name}", or a row without one.`
  return new PieceworkError('archive-invalid', message, { facts: { entry, column: name } })
}
