import type { ExportContext, PieceCounts } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import { Joins } from './joins.js'
import { exportedJson, lookupPairs } from './json-value.js'
import { raiseWorkMem } from './raise-work-mem.js'
import { resolveTables } from './resolve-tables.js'
import { resourceRows } from './row-source.js'
import type { TablePieceSpec } from './spec.js'
import type { StableKey, TablePlan } from './table-plan.js'
import { type ConditionIds, conditionSql, referencedTable } from './target-rows.js'

/** Exports tables into entries, streamed from COPY. */
export async function exportTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ExportContext<Options>,
): Promise<PieceCounts> {
  await raiseWorkMem(context.tx)
  let rows = 0
  for (const plan of await resolveTables(context.tx, piece)) {
    context.signal.throwIfAborted()
    const before = rows
    const { select, types } = exportSelect(plan, context)
    const counted = countRecords(context.tx.copyOut(select), (records) => {
      rows = before + records
      context.progress(rows)
    })
    await context.write(plan.entry, counted, () => rows - before, types)
  }
  return { rows }
}

/** SQL of the exported rows, with stable keys of shared rows, in the declared order; and their types. */
function exportSelect(
  plan: TablePlan,
  within: Required<Pick<ConditionIds, 'resource'>>,
): { readonly select: string; readonly types: readonly string[] } {
  const joins = new Joins(plan.schema, plan.table)
  const source = resourceRows(plan, within.resource.id, joins)
  const columns: string[] = []
  const types: string[] = []
  const take = (sql: string, name: string, type: string): void => {
    columns.push(`${sql} AS ${quoteIdent(name)}`)
    types.push(type)
  }
  for (const [index, column] of plan.carried.entries()) {
    const value = `t.${quoteIdent(column.name)}`
    const reference = plan.references.get(column.name)
    const json = plan.json.get(column.name)
    if (json) {
      const ofShared = json.ids.some(({ shared }) => shared)
      take(ofShared ? exportedJson(plan, json, value, within) : value, column.name, column.stored)
      for (const header of new Set(json.ids.flatMap(({ lookup }) => lookup?.header ?? []))) {
        take(lookupPairs(plan, json, header, value, within), header, 'jsonb')
      }
      continue
    }
    const { shared, lookup } = reference ?? {}
    if (!reference || (!shared && !lookup)) {
      take(value, column.name, column.stored)
      continue
    }
    const row = `x${index}`
    const stable = (key: NonNullable<typeof shared>): string => quoteIdent(key.column.name)
    const fields = [
      `${quoteIdent(reference.key)} AS k`,
      shared
        ? `${conditionSql(shared.where, within)} IS TRUE AND ${stable(shared)} IS NOT NULL AS shared`
        : 'false AS shared',
      ...(shared ? [`${stable(shared)} AS s`] : []),
      ...(lookup ? [`${exportKeySql(lookup, within)} AS e`] : []),
    ]
    joins.leftJoin(
      `(SELECT ${fields.join(', ')} FROM ${referencedTable(plan.schema, reference)})`,
      row,
      `${row}.k = ${value}`,
    )
    take(`CASE WHEN ${row}.shared IS NOT TRUE THEN ${value} END`, column.name, column.stored)
    if (shared && lookup?.header === shared.header) take(`${row}.s`, shared.header, shared.column.stored)
    else {
      if (shared) take(`CASE WHEN ${row}.shared THEN ${row}.s END`, shared.header, shared.column.stored)
      if (lookup) take(`${row}.e`, lookup.header, lookup.column.stored)
    }
  }
  const order = orderBy(plan, joins)
  const ordered = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''
  return {
    select: `SELECT ${columns.join(', ')} FROM ${source.from} WHERE ${source.where}${ordered}`,
    types,
  }
}

/** SQL of the stable key of a row; NULL if an import must not find the row by it. */
const exportKeySql = ({ column, exportWhere }: StableKey, within: ConditionIds): string =>
  exportWhere === undefined
    ? quoteIdent(column.name)
    : `CASE WHEN ${conditionSql(exportWhere, within)} THEN ${quoteIdent(column.name)} END`

/** Texts by their bytes, whatever the collation of the database. */
export function orderBy(plan: TablePlan, joins: Joins): string[] {
  const sortable = (sql: string, column: Column): string => (column.collatable ? `${sql} COLLATE "C"` : sql)
  const declared = plan.order.flatMap((path) => {
    const column = path.at(-1)?.column
    return column ? [sortable(joins.column(path, 'LEFT JOIN'), column)] : []
  })
  const ties =
    plan.table.primaryKey.length > 0
      ? plan.table.primaryKey.flatMap((name) => {
          const column = plan.table.columns.get(name)
          return column ? [sortable(`t.${quoteIdent(name)}`, column)] : []
        })
      : plan.carried.map(({ name }) => `t.${quoteIdent(name)}::text COLLATE "C"`)
  const numbers = plan.numbers.renumbered.map((column) => sortable(`t.${quoteIdent(column.name)}`, column))
  return [...new Set([...declared, ...numbers, ...ties])]
}

const quote = 0x22
const newline = 0x0a

/**
 * Calls `onCount` with the number of records so far, without the header. Newlines in quotes end no record.
 */
async function* countRecords(
  chunks: AsyncIterable<Uint8Array>,
  onCount: (records: number) => void,
): AsyncGenerator<Uint8Array> {
  let records = -1
  let quoted = false
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (byte > quote) continue
      if (byte === quote) quoted = !quoted
      else if (byte === newline && !quoted) records++
    }
    onCount(Math.max(0, records))
    yield chunk
  }
}
