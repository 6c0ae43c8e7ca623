import { type ImportContext, PieceworkError, type Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { asHost, asOurselves } from './as-host.js'
import { onlyTable } from './joins.js'
import { isUniqueAlone } from './keys/is-unique-alone.js'
import { resourceRows } from './row-source.js'
import type { TablePlan } from './table-plan.js'
import { hasTriggers, type WrittenRows } from './written-rows.js'

type Context = Pick<ImportContext, 'resource' | 'finding'> & { readonly tx: Transaction }

/** A table of the piece, and the rows that it was given. */
export interface FilledTable {
  readonly plan: TablePlan
  readonly rows: number
}

/**
 * Compares what stands in the tables with what was written, where triggers or rules may have come between.
 * Tells what was changed and added; throws `counts-differ` if a row is gone.
 */
export async function compareWritten(
  filled: readonly FilledTable[],
  written: readonly WrittenRows[],
  context: Context,
): Promise<void> {
  if (!filled.some(({ plan }) => plan.facts.triggersNearby)) return
  if (written.length > 0) {
    await context.tx.query(asHost)
    await context.tx.query('SET CONSTRAINTS ALL IMMEDIATE')
    await context.tx.query(asOurselves)
  }
  for (const rows of written) await compareRows(rows, context)
  for (const table of filled) await countRows(table, context)
}

async function compareRows(rows: WrittenRows, context: Context): Promise<void> {
  const { plan, columns } = rows
  const compared = columns
    .map((column, at) => ({ name: column.name, at }))
    .filter(({ name }) => !plan.spec.keepShellValue?.includes(name))
  const found = await (keyAt(rows) === undefined
    ? compareAsSets(rows, context)
    : compareByKey(rows, compared, context))
  const { gone, changed } = found
  if (gone > 0) throw rowsGone(plan, gone)
  if (changed === 0) return
  const names = compared.filter(({ at }) => Number(found[`c${at}`] ?? 0) > 0).map(({ name }) => name)
  const [only, ...others] = names
  context.finding({
    severity: 'warning',
    code: 'table/rows-changed',
    file: plan.entry,
    ...(only !== undefined && others.length === 0 && { column: only }),
    count: changed,
    message: `${changed === 1 ? '1 row' : `${changed} rows`} of table "${plan.table.name}" ${changed === 1 ? 'is not as it was' : 'are not as they were'} written${names.length > 0 ? ` (${quoted(names)})` : ''}: ${writers(plan)} have changed them.`,
  })
}

type Compared = { readonly gone: number; readonly changed: number } & Readonly<Record<string, number>>

/** `c0`, `c1` …: rows in which the column differs. */
async function compareByKey(
  rows: WrittenRows,
  compared: readonly { readonly name: string; readonly at: number }[],
  { tx, resource }: Context,
): Promise<Compared> {
  const { plan, table } = rows
  const key = keyAt(rows)
  const name = quoteIdent((plan.ownRow ? plan.ownerColumn : plan.key)?.name ?? 'id')
  const differs = compared.map(
    (column) => `t.${quoteIdent(column.name)}::text IS DISTINCT FROM n.c${column.at}::text`,
  )
  const on = key === 'own' ? `t.${name}::text = $1` : `t.${name} = n.c${key}`
  const { rows: found } = await tx.query<Record<string, string>>(
    `SELECT count(*) FILTER (WHERE t.${name} IS NULL)::text AS gone,
       count(*) FILTER (WHERE t.${name} IS NOT NULL AND (${differs.join(' OR ') || 'false'}))::text AS changed
       ${compared.map(({ at }, index) => `, count(*) FILTER (WHERE t.${name} IS NOT NULL AND ${differs[index]})::text AS c${at}`).join('')}
     FROM ${table} n LEFT JOIN ${onlyTable(plan.table)} t ON ${on}`,
    key === 'own' ? [resource.id] : [],
  )
  const numbers = Object.entries(found[0] ?? {}).map(([column, count]) => [column, Number(count)])
  return Object.fromEntries(numbers) as Compared
}

/** Rows without a key that tells each from all others: those that no row equals count as changed. */
async function compareAsSets(
  { plan, table, columns }: WrittenRows,
  { tx, resource }: Context,
): Promise<Compared> {
  const there = resourceRows(plan, resource.id, { all: true })
  const texts = (value: (at: number) => string) =>
    `sha256(convert_to(array_to_json(ARRAY[${columns.map((_, at) => `${value(at)}::text`).join(', ')}]::text[])::text, 'UTF8'))`
  const { rows } = await tx.query<{ changed: string }>(
    `SELECT count(*)::text AS changed FROM (
       SELECT ${texts((at) => `n.c${at}`)} FROM ${table} n
       EXCEPT ALL SELECT ${texts((at) => `t.${quoteIdent(columns[at]?.name ?? '')}`)} FROM ${there.from} WHERE ${there.where}) d`,
  )
  return { gone: 0, changed: Number(rows[0]?.changed) } as Compared
}

/**
 * Position of the row's key among what was written; `own` for the resource's own row. Undefined if other rows of
 * the table may have the same.
 */
function keyAt({ plan, columns }: WrittenRows): number | 'own' | undefined {
  if (plan.ownRow) return 'own'
  const { key } = plan
  if (!key || !isUniqueAlone(plan, key)) return undefined
  const at = columns.findIndex(({ name }) => name === key.name)
  return at < 0 ? undefined : at
}

async function countRows({ plan, rows }: FilledTable, { tx, resource, finding }: Context): Promise<void> {
  if (plan.ownRow) return
  // Rows that the condition leaves out may be another piece's.
  const there = resourceRows(plan, resource.id)
  const { rows: counted } = await tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${there.from} WHERE ${there.where}`,
  )
  const added = Number(counted[0]?.count) - rows
  if (added > 0) {
    finding({
      severity: 'warning',
      code: 'table/rows-added',
      file: plan.entry,
      count: added,
      message: `Table "${plan.table.name}" has ${rows + added} rows of this resource, of which ${rows} were written: triggers or rules have added ${added}.`,
    })
  }
  // Rows that another table leads to the resource may have lost that reference, which is told where it is lost.
  if (added < 0 && plan.where === undefined && (plan.ownerPath.length === 1 || hasTriggers(plan.facts)))
    throw rowsGone(plan, -added)
}

const rowsGone = (plan: TablePlan, count: number): PieceworkError =>
  new PieceworkError(
    'counts-differ',
    `${count} ${count === 1 ? 'row' : 'rows'} of table "${plan.table.name}" are gone after they were written: triggers or rules have removed them.`,
    { facts: { table: plan.table.name, count } },
  )

const writers = ({ facts }: TablePlan): string =>
  hasTriggers(facts)
    ? `its triggers or rules (${quoted([...facts.triggers.map(({ name }) => name), ...facts.rules])})`
    : 'triggers or rules of other tables'

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')
