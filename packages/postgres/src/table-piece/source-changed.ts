import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { jobHorizon } from '../store/job-horizon.js'
import type { Column } from './catalogue.js'
import { Joins, onlyTable } from './joins.js'
import { carriesTarget, type Remap } from './reference-value.js'
import { resourceLiteral } from './resource-literal.js'
import type { ReferencePlan, TablePlan, Target } from './table-plan.js'
import { typedKey } from './typed-key.js'

/** Rows of a table that lead to rows which have no copy. */
interface Missing {
  readonly plan: TablePlan
  readonly column: Column
  readonly target: Target & Partial<Pick<ReferencePlan, 'when'>>
  /** SQL of the old id. */
  readonly id: string
  /** FROM clause and condition that find them. */
  readonly from: string
  readonly where: string
}

/**
 * A clone is made by several transactions. If a row that a reference misses is a row of the source now, and may
 * have become visible while the clone was made, to leave the reference out would lose data. Older ones were left out
 * for reasons that are told. `any`: of whatever age.
 */
export async function refuseChangedSource(
  tx: Queryable,
  { plan, column, target, id, from, where }: Missing,
  remap: Remap,
  { any }: { readonly any: boolean },
): Promise<void> {
  const { ownedBy, table } = target
  // How old its rows are, a foreign table does not tell.
  if (remap.from === 'files' || !ownedBy || table.elsewhere || !carriesTarget(target, remap)) return
  const source = ownRows(target, ownedBy, remap.source.id, [
    `t.${quoteIdent(target.key)} AS k`,
    'age(t.xmin) AS age',
  ])
  const key = typedKey({ ...target, column, when: target.when }, id)
  const late = any ? '' : ` AND ${await isLate(tx, target, ownedBy, remap)}`
  const { rows: found } = await tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${from} WHERE ${where} AND EXISTS (SELECT FROM ${source} own WHERE own.k = ${key}${late})`,
  )
  const count = Number(found[0]?.count ?? 0)
  if (count === 0) return
  throw new PieceworkError(
    'source-changed',
    `${count} ${count === 1 ? 'row leads' : 'rows lead'} by "${column.name}" of table "${plan.table.name}" to rows of "${table.name}" that were written while the clone was made.`,
    { retryable: true, facts: { table: table.name, count } },
  )
}

type OwnedBy = NonNullable<Target['ownedBy']>

/** SQL of a relation: rows of the target's table that travel with the resource. */
function ownRows(
  { table, key }: Target,
  { path, where }: OwnedBy,
  resource: string,
  what: readonly string[],
): string {
  const literal = resourceLiteral(path.at(-1)?.column as Column, resource)
  // A subquery of the rows that travel would have no xmin.
  const rows = new Joins(table)
  const owner = rows.column(path, 'JOIN')
  const condition = where?.replaceAll('$resource', () => literal)
  const travels = condition
    ? ` AND t.${quoteIdent(key)} IN (SELECT ${quoteIdent(key)} FROM ${onlyTable(table)} WHERE ${condition})`
    : ''
  return `(SELECT ${what.join(', ')} FROM ${rows.sql} WHERE ${owner} = ${literal}${travels})`
}

/**
 * SQL condition on `own.age`: the transaction that has written the row may have ended after the job was created. Where
 * the database does not know the job, after it had begun to make copies.
 */
async function isLate(tx: Queryable, target: Target, ownedBy: OwnedBy, remap: Remap): Promise<string> {
  const horizon = await jobHorizon(tx, remap.jobId)
  const oldest =
    horizon === undefined
      ? `coalesce(greatest(${madeSince(target, ownedBy, remap).join(', ')}) - 1, own.age)`
      : `age('${horizon}'::xid8::xid)`
  // What is older than 2^31 transactions seems to be of the future.
  return `own.age BETWEEN age(pg_snapshot_xmax(pg_current_snapshot())::xid) AND ${oldest}`
}

/** SQL of ages: of the copies of the table, and of the shell. NULL without any. */
function madeSince(target: Target, ownedBy: OwnedBy, { resource: made }: Remap): readonly string[] {
  const copies = ownRows(target, ownedBy, made.id, ['max(age(t.xmin))'])
  const { resource } = ownedBy
  const shell = resource?.table.columns.get(resource.key)
  if (!resource || !shell) return [copies]
  return [
    copies,
    `(SELECT age(t.xmin) FROM ${onlyTable(resource.table)} t WHERE t.${quoteIdent(resource.key)} = ${resourceLiteral(shell, made.id)})`,
  ]
}
