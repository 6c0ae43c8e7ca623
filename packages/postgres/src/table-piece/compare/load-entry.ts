import { type ComparedNode, type Csv, csvLine, csvRecords, type Transaction } from '@piecework/core/piece'
import { bindValue } from '../../database/bind-value.js'
import { defaults } from '../../defaults.js'
import { openEntry } from '../open-entry.js'
import { containerOf, fileOf, referencesOf, type TablePlan } from '../table-plan.js'
import { comparedColumns, keyColumns } from './key-columns.js'

/** An entry in a temporary table, as text, until the next entry of its side is loaded. */
export interface LoadedEntry {
  /** As SQL; columns are named by its alias `r`. */
  readonly table: string
  readonly rows: number
  readonly side: ComparedNode['side']
  /** SQL of a column or stable key by its header; undefined if the file has none. */
  column(header: string): string | undefined
  /** Columns that are all in one array, `r.rest`, in this order. */
  readonly rest: readonly string[]
}

/** Throws `archive-invalid` if the header does not fit the table. */
export async function loadEntry(
  tx: Transaction,
  plan: TablePlan,
  { side, entries }: ComparedNode,
): Promise<LoadedEntry> {
  const table = `pg_temp.piecework_entry_${side}`
  const { csv, header } = await openEntry(plan, entries)
  const names = header.columns.map(({ of }) => of)
  const rest = names.length > defaults.comparedApart ? restOf(plan) : []
  const apart = names.flatMap((_, at) => (rest.includes(names[at] ?? '') ? [] : [at]))
  const columns = apart.map((at) => `c${at}`)
  let rows = 0
  try {
    const definitions = [
      ...columns.map((column) => `${column} text`),
      ...(rest.length > 0 ? ['rest text[]'] : []),
    ]
    await tx.query(`DROP TABLE IF EXISTS ${table}`)
    await tx.query(`CREATE TEMPORARY TABLE ${table} (${definitions.join(', ')}) ON COMMIT DROP`)
    const together = rest.map((name) => names.indexOf(name))
    const records = rest.length > 0 ? joined(csv, apart, together) : csv.records
    rows = await tx.copyIn({ table, columns: [...columns, ...(rest.length > 0 ? ['rest'] : [])] }, records)
  } finally {
    await csv.close()
  }
  return {
    table,
    rows,
    side,
    rest,
    column: (name) => {
      const at = names.indexOf(name)
      if (at < 0) return undefined
      const column = rest.includes(name) ? `r.rest[${rest.indexOf(name) + 1}]` : `r.c${at}`
      // Blanks at the end of a char(n) mean nothing: an id is the same without them.
      return plan.table.columns.get(name)?.base === 'bpchar' ? `rtrim(${column}, ' ')` : column
    },
  }
}

/**
 * Columns that are compared as they are. As texts, the columns of a wide table have no room in one row of the
 * database.
 */
function restOf(plan: TablePlan): string[] {
  const keys = plan.ownRow ? [] : keyColumns(plan)
  return comparedColumns(plan)
    .filter(
      (column) =>
        !keys.includes(column) &&
        referencesOf(plan, column.name).length === 0 &&
        !containerOf(plan, column.name) &&
        !fileOf(plan, column.name),
    )
    .map(({ name }) => name)
}

async function* joined(
  csv: Csv,
  apart: readonly number[],
  together: readonly number[],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of csv.records) {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('utf8')
    const lines = csvRecords(text).map((fields) =>
      csvLine([
        ...apart.map((at) => fields[at] ?? null),
        bindValue(together.map((at) => fields[at] ?? null)),
      ]),
    )
    yield Buffer.from(lines.join(''))
  }
}
