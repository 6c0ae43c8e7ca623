import type { ExportContext, PieceCounts } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import { exportedContainer, lookupPairs } from './container-value.js'
import { exportFiles } from './files/export-files.js'
import { readableColumns } from './header.js'
import type { Joins } from './joins.js'
import { leadsSql } from './leads.js'
import { orderBy } from './order-by.js'
import { partOf } from './part-of.js'
import { RecordCount } from './record-count.js'
import { refuseUnexportable } from './refuse-unexportable.js'
import { resourceRows } from './row-source.js'
import type { TablePieceSpec } from './spec.js'
import { isSameTable } from './table-name.js'
import { containerOf, type ReferencePlan, referencesOf, type TablePlan } from './table-plan.js'
import { tablesOfNode } from './tables-in.js'
import { type ConditionIds, conditionSql, hasStableKey, referencedTable } from './target-rows.js'
import { typedKey } from './typed-key.js'

/** Exports tables into entries, streamed from COPY. */
export async function exportTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ExportContext<Options>,
): Promise<PieceCounts> {
  let rows = 0
  const { jobId: job, resource, part } = context
  const plans = await tablesOfNode(context.tx, piece, {
    work: 'export',
    job,
    resource,
    part: part?.number,
  })
  for (const { plan, only } of part
    ? [partOf(plans, part)]
    : plans.map((plan) => ({ plan, only: undefined }))) {
    context.signal.throwIfAborted()
    const before = rows
    await refuseUnexportable(context.tx, plan, context, only)
    const { select, types } = exportSelect(plan, context, only)
    const counted = countRecords(context.tx.copyOut(select), (records) => {
      rows = before + records
      context.progress(rows)
    })
    await context.write(plan.entry, counted, () => rows - before, types)
    await exportFiles(plan, context)
  }
  return { rows }
}

/** SQL of the exported rows, with stable keys of shared rows, in the declared order; and their types. `only`: a condition. */
function exportSelect(
  plan: TablePlan,
  within: Required<Pick<ConditionIds, 'resource'>>,
  only: string | undefined,
): { readonly select: string; readonly types: readonly string[] } {
  const source = resourceRows(plan, within.resource.id, { only })
  const columns = plan.carried.flatMap((column, index) =>
    exportedColumn(plan, column, source.joins, index, within),
  )
  const taken = columns.map(({ sql, name }) => `${sql} AS ${quoteIdent(name)}`)
  const order = orderBy(plan, source.joins)
  const ordered = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''
  return {
    select: `SELECT ${taken.join(', ')} FROM ${source.from} WHERE ${source.where}${ordered}`,
    types: columns.map(({ type }) => type),
  }
}

interface ExportedColumn {
  readonly sql: string
  readonly name: string
  /** As `Column.stored`. */
  readonly type: string
}

/** The column, and those of its stable keys. */
function exportedColumn(
  plan: TablePlan,
  column: Column,
  joins: Joins,
  index: number,
  within: ConditionIds,
): ExportedColumn[] {
  const value = `t.${quoteIdent(column.name)}`
  const container = containerOf(plan, column.name)
  if (container) {
    const ofShared = container.ids.some(({ shared }) => shared)
    const pairs = new Set(container.ids.flatMap(({ lookup }) => lookup?.headers ?? []))
    const exported = ofShared ? exportedContainer(container, value, within) : value
    const type = readableColumns(plan).get(column.name)?.stored ?? column.stored
    return [
      { sql: exported, name: column.name, type },
      ...[...pairs].map((name) => ({
        sql: lookupPairs(container, name, value, within),
        name,
        type: 'jsonb',
      })),
    ]
  }
  const keyed = referencesOf(plan, column.name).flatMap((reference, at) =>
    reference.shared || reference.lookup
      ? [keyedReference(plan, reference, joins, `x${index}_${at}`, within)]
      : [],
  )
  const shared = keyed.map((each) => each.shared).join(' OR ')
  const own = {
    sql: keyed.length === 0 ? value : `CASE WHEN (${shared}) IS NOT TRUE THEN ${value} END`,
    name: column.name,
    type: column.stored,
  }
  return [own, ...keyed.flatMap((each) => each.columns)]
}

/** Joins the row that a reference leads to; its stable keys. */
function keyedReference(
  plan: TablePlan,
  reference: ReferencePlan,
  joins: Joins,
  row: string,
  within: ConditionIds,
) {
  const { shared, lookup, column, key } = reference
  const id = typedKey(reference, `t.${quoteIdent(column.name)}`)
  const leading = ` AND ${leadsSql(reference, { column: (name) => `t.${quoteIdent(name)}`, from: 'database' })}`
  const names = [...new Set([...(shared?.columns ?? []), ...(lookup?.columns ?? [])])]
  const fields = [
    `${quoteIdent(key)} AS k`,
    shared
      ? `${conditionSql(shared.where, within)} IS TRUE AND ${hasStableKey(shared)} AS shared`
      : 'false AS shared',
    lookup?.exportWhere === undefined
      ? 'true AS known'
      : `${conditionSql(lookup.exportWhere, within)} AS known`,
    ...names.map(({ name }, at) => `${quoteIdent(name)} AS s${at}`),
  ]
  const rows = `SELECT ${fields.join(', ')} FROM ${referencedTable(reference)} r`
  if (reference.table.unique.has(key)) joins.leftJoin(`(${rows})`, row, `${row}.k = ${id}${leading}`)
  else {
    // A part of a key: the row is that to which the whole foreign key leads, and no more than one.
    const whole = foreignKeyParts(plan, reference).map(
      (part) => ` AND r.${quoteIdent(part.key)} = t.${quoteIdent(part.column)}`,
    )
    const found = `${rows} WHERE r.${quoteIdent(key)} = ${id}${whole.join('')} LIMIT 1`
    joins.leftJoin(`LATERAL (${found})`, row, `true${leading}`)
  }
  const stable = new Map<string, { values: string[]; type: string }>()
  for (const [key, condition] of [
    [shared, `${row}.shared`],
    [lookup, `${row}.known`],
  ] as const) {
    key?.headers.forEach((header, at) => {
      const part = key.columns[at] as Column
      const value = `CASE WHEN ${condition} THEN ${row}.s${names.indexOf(part)} END`
      const values = [...(stable.get(header)?.values ?? []), value]
      stable.set(header, { values, type: part.stored })
    })
  }
  return {
    shared: `${row}.shared`,
    columns: [...stable].map(([name, { values, type }]) => ({
      sql: `coalesce(${values.join(', ')})`,
      name,
      type,
    })),
  }
}

/** Columns of a foreign key of several columns that the reference is part of. */
function foreignKeyParts({ table }: TablePlan, { column, table: to }: ReferencePlan) {
  const foreign = table.foreignKeys.find(
    (key) => isSameTable({ schema: key.schema, name: key.table }, to) && key.columns.includes(column.name),
  )
  return foreign?.columns.map((name, at) => ({ column: name, key: foreign.keys[at] ?? '' })) ?? []
}

/** Calls `onCount` with the number of records so far, without the header. */
async function* countRecords(
  chunks: AsyncIterable<Uint8Array>,
  onCount: (records: number) => void,
): AsyncGenerator<Uint8Array> {
  const count = new RecordCount()
  for await (const chunk of chunks) {
    count.over(chunk)
    onCount(Math.max(0, count.records - 1))
    yield chunk
  }
}
