import { type Csv, csvLine } from '@piecework/core/piece'
import { bindValue } from '../database/bind-value.js'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import { asHost, asOurselves } from './as-host.js'
import { copyInBetween } from './copy-in-between.js'
import { hasDangling } from './dangling.js'
import type { FillContext } from './fill-context.js'
import { setValue } from './fill-select.js'
import { tableName } from './joins.js'
import { keyFamily } from './key-family.js'
import { type KeyTarget, ownKey } from './key-target.js'
import { isNumbered } from './keys/reserved-keys.js'
import { leadsInPart } from './leads.js'
import { isNatural } from './natural-key.js'
import { readForeignRows } from './read-foreign-rows.js'
import { carriesTarget } from './reference-value.js'
import { type FileColumn, remapRecords, UnusualId } from './remap-records.js'
import { isForeignKeyViolation, rowError } from './row-error.js'
import { resourceRows } from './row-source.js'
import { type ReferencePlan, referencesOf, type TablePlan, type Target } from './table-plan.js'
import { conditionSql, hasStableKey, referencedTable } from './target-rows.js'

/**
 * Imports an entry that `canStream` allows: ids are remapped in this process while the records stream into
 * the table. Resolves to the number of rows; undefined, and nothing done, if a reference dangles or an id is
 * unusual.
 */
export async function streamEntry(
  plan: TablePlan,
  csv: Pick<Csv, 'columns'>,
  context: FillContext,
  records: AsyncIterable<Uint8Array>,
): Promise<number | undefined> {
  const { tx } = context
  const owner = plan.ownerColumn ? [{ column: plan.ownerColumn, value: context.resource.id }] : []
  const set = plan.set.map(({ column, value }) => ({ column, value: setValue(column, value(context)) }))
  const decided = [...owner, ...set]
  const suffix =
    decided.length > 0 ? `,${csvLine(decided.map(({ value }) => bindValue(value))).slice(0, -1)}` : ''
  const fileColumns = await fileColumnsOf(plan, csv.columns, context)
  const remapped = remapRecords(records, fileColumns, Buffer.from(suffix), context.ids)
  const kept = csv.columns.filter((_, index) => !fileColumns[index]?.dropped)
  const columns = [...kept, ...decided.map(({ column }) => column.name)]
  const before = `SAVEPOINT piecework_stream; ${asHost}`
  const release = `RELEASE SAVEPOINT piecework_stream; ${asOurselves}`
  const unchecked = uncheckedReferences(plan)
  const after = unchecked.length > 0 ? asOurselves : release
  try {
    const rows = await copyInBetween(tx, { table: tableName(plan.table), columns }, remapped, {
      before,
      after,
    })
    if (unchecked.length === 0) return rows
    if (await noneDangling(plan, unchecked, context)) {
      await tx.query(release)
      return rows
    }
  } catch (error) {
    if (!(error instanceof UnusualId) && !isForeignKeyViolation(error)) throw rowError(error, plan.entry)
  }
  await tx.query('ROLLBACK TO SAVEPOINT piecework_stream')
  return undefined
}

/** Whether rows of the file become rows of the table by new ids and values of `set` alone. */
export function canStream(
  plan: TablePlan,
  columns: readonly string[],
  context: Pick<FillContext, 'carries' | 'ids' | 'keys'>,
): boolean {
  if (plan.isWatched || plan.files.length > 0) return false
  if (plan.key && !remapOf(ownKey(plan, plan.key), context)) return false
  if (plan.ownRow || plan.unique.length > 0 || plan.references.some(leadsInPart)) return false
  if (plan.containers.length > 0 || plan.references.some(({ root }) => root)) return false
  const travels = (name: string): boolean =>
    plan.carried.some((column) => column.name === name) ||
    plan.references.some(
      ({ column, shared, lookup }) =>
        (shared?.headers.includes(name) || lookup?.headers.includes(name)) && columns.includes(column.name),
    )
  if (!columns.every(travels)) return false
  // Rows whose owner does not exist could not be found again.
  const [step] = plan.ownerPath.length > 1 ? plan.ownerPath : []
  if (step && !referencesOf(plan, step.column.name).some(({ enforced }) => enforced)) return false
  return plan.references.every(
    (reference) =>
      reference.column.base !== 'bpchar' &&
      remapOf(reference, context) !== undefined &&
      // Only the database knows whose row has a natural key.
      !isNatural(reference, context.ids) &&
      (reference.shared?.headers.length ?? 1) === 1 &&
      carriesTarget(reference, { carries: context.carries }),
  )
}

/** How a column of these keys is carried over in this process; undefined if it cannot be. */
function remapOf(
  { name, table, key, shared }: KeyTarget & Partial<Pick<Target, 'shared'>>,
  { ids, keys }: Pick<FillContext, 'ids' | 'keys'>,
): FileColumn | undefined {
  const column = table.columns.get(key)
  const form = ids.form(name)
  if (column?.base === 'uuid' && form !== 'natural') return { table: name }
  // Ids of shared rows may be any text.
  if (shared) return undefined
  if (form === 'natural') return {}
  const numbers = isNumbered({ name, table, key }, ids) ? keys.get(name)?.map : undefined
  if (numbers) return { table: name, numbers }
  // The padding of a char(n) is no part of the id.
  if (column?.base === 'bpchar') return undefined
  return column && keyFamily(column) === 'text' && form !== undefined
    ? { table: name, text: true }
    : undefined
}

async function fileColumnsOf(
  plan: TablePlan,
  names: readonly string[],
  context: FillContext,
): Promise<readonly FileColumn[]> {
  const columns: FileColumn[] = []
  for (const name of names) {
    const [reference] = referencesOf(plan, name)
    const stable = reference?.shared && names.indexOf(reference.shared.headers[0] ?? '')
    const target = name === plan.key?.name ? ownKey(plan, plan.key) : reference
    const remap = (target && remapOf(target, context)) ?? {}
    if (name === plan.key?.name) columns.push(remap)
    // The job carries the row, so its id is enough, and its stable key is not needed.
    else if (!plan.carried.some((column) => column.name === name)) columns.push({ dropped: true })
    else if (!reference) columns.push({})
    else if (stable === undefined || stable < 0) columns.push(remap)
    else {
      const ids = await sharedIds(reference, context)
      columns.push({ ...remap, stable: { column: stable, ids } })
    }
  }
  return columns
}

/** Ids of shared rows by stable key; none if there are many. What is ambiguous is left to the database. */
async function sharedIds(
  reference: ReferencePlan,
  context: FillContext,
): Promise<ReadonlyMap<string, string>> {
  const { shared } = reference
  if (!shared) return new Map()
  const key = quoteIdent(shared.by[0] ?? '')
  const { rows } = await context.tx.query<{ key: string; id: string; many: boolean }>(
    `SELECT ${key}::text AS key, min(${quoteIdent(reference.key)}::text) AS id, count(*) > 1 AS many
     FROM ${referencedTable(reference)} WHERE ${conditionSql(shared.where, context)} AND ${hasStableKey(shared)}
     GROUP BY ${key} LIMIT ${defaults.cachedSharedRows + 1}`,
  )
  const once = rows.length > defaults.cachedSharedRows ? [] : rows.filter(({ many }) => !many)
  return new Map(once.map(({ key, id }) => [key, id]))
}

/** References that no foreign key checks. */
const uncheckedReferences = (plan: TablePlan): readonly ReferencePlan[] =>
  plan.references.filter(({ enforced }) => !enforced).map((reference) => ({ ...reference, of: plan.name }))

async function noneDangling(
  plan: TablePlan,
  references: readonly ReferencePlan[],
  context: FillContext,
): Promise<boolean> {
  const rows = resourceRows(plan, context.resource.id, { all: true })
  // The rows have new references already: to a clone that carries nothing, they are as they should be.
  const asTheyAre = { ...context, from: 'database', carries: () => false } as const
  await readForeignRows(context.tx, { references, containers: [] }, rows, asTheyAre)
  return !(await hasDangling(context.tx, references, rows, asTheyAre))
}
