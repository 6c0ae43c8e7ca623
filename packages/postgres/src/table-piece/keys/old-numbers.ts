import { type KeysContext, PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import type { Column } from '../catalogue.js'
import { openEntry } from '../open-entry.js'
import { remapRecords } from '../remap-records.js'
import { rowError } from '../row-error.js'
import { resourceRows } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'

/** Temporary table with the column `k`: old numbers of one column. */
export const oldNumbers = 'pg_temp.piecework_old_numbers'

/**
 * Fills `oldNumbers` with old keys, each once, from the entry or from the rows of the source. Resolves to how
 * many there are. Throws `archive-invalid` if two rows have the same key.
 */
export async function collectKeys(plan: TablePlan, column: Column, context: KeysContext): Promise<number> {
  const { tx, entries } = context
  await collectNumbers(plan, column, context)
  const { rows } = await tx.query<{ rows: string; keys: string }>(
    `SELECT count(*)::text AS rows, count(DISTINCT k)::text AS keys FROM ${oldNumbers}`,
  )
  const [found] = rows
  if (found?.rows === found?.keys) return Number(found?.keys)
  // Of a key of several columns, one may repeat.
  if (entries && plan.table.primaryKey.length === 1) throw repeated(plan, column)
  await tx.query(
    `WITH gone AS (DELETE FROM ${oldNumbers} RETURNING k) INSERT INTO ${oldNumbers} SELECT DISTINCT k FROM gone WHERE k IS NOT NULL`,
  )
  return Number(found?.keys)
}

/** Fills `oldNumbers` with all numbers of the column. */
export async function collectNumbers(plan: TablePlan, column: Column, context: KeysContext): Promise<void> {
  const { tx, entries, source } = context
  await createTable(tx, oldNumbers)
  if (entries) await copyColumn(plan, column, context)
  else {
    const rows = resourceRows(plan, source.id)
    await tx.query(
      `INSERT INTO ${oldNumbers} SELECT t.${quoteIdent(column.name)} FROM ${rows.from} WHERE ${rows.where}`,
    )
  }
}

export async function createTable(tx: Queryable, table: string): Promise<void> {
  await tx.query(`DROP TABLE IF EXISTS ${table}`)
  await tx.query(`CREATE TEMPORARY TABLE ${table.replace('pg_temp.', '')} (k bigint) ON COMMIT DROP`)
}

/** Copies one column of the entry, so that no list of numbers is in this process. */
async function copyColumn(plan: TablePlan, { name }: Column, { tx, entries }: KeysContext): Promise<void> {
  if (!entries) return
  const { csv } = await openEntry(plan, entries)
  try {
    if (!csv.columns.includes(name)) return
    const columns = csv.columns.map((header) => (header === name ? {} : { dropped: true as const }))
    const records = remapRecords(csv.records, columns, Buffer.alloc(0), noIds)
    await tx.copyIn({ table: oldNumbers, columns: ['k'] }, records)
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
