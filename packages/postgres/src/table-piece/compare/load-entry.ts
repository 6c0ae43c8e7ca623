import type { ComparedNode, Transaction } from '@piecework/core/piece'
import { openEntry } from '../open-entry.js'
import type { TablePlan } from '../table-plan.js'

/** An entry in a temporary table, as text, until the next entry of its side is loaded. */
export interface LoadedEntry {
  /** As SQL; columns are named by its alias `r`. */
  readonly table: string
  /** SQL of a column or stable key by its header; undefined if the file has none. */
  column(header: string): string | undefined
}

/** Throws `archive-invalid` if the header does not fit the table. */
export async function loadEntry(
  tx: Transaction,
  plan: TablePlan,
  { side, entries }: ComparedNode,
): Promise<LoadedEntry> {
  const table = `pg_temp.piecework_entry_${side}`
  const { csv, header } = await openEntry(plan, entries)
  const at = new Map(header.columns.flatMap(({ of }, index) => (of === undefined ? [] : [[of, index]])))
  const columns = header.columns.map((_, index) => `c${index}`)
  try {
    const definitions = columns.map((column) => `${column} text`)
    await tx.query(`DROP TABLE IF EXISTS ${table}`)
    await tx.query(`CREATE TEMPORARY TABLE ${table} (${definitions.join(', ')}) ON COMMIT DROP`)
    await tx.copyIn({ table, columns }, csv.records)
  } finally {
    await csv.close()
  }
  await tx.query(`ANALYZE ${table}`)
  return {
    table,
    column: (name) => {
      if (!at.has(name)) return undefined
      const column = `r.c${at.get(name)}`
      // Blanks at the end of a char(n) mean nothing: an id is the same without them.
      return plan.table.columns.get(name)?.base === 'bpchar' ? `rtrim(${column}, ' ')` : column
    },
  }
}
