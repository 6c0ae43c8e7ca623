import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import { Joins, onlyTable } from './joins.js'
import { carriesTarget, type Remap } from './reference-value.js'
import { resourceLiteral } from './resource-literal.js'
import type { Stage } from './stage.js'
import type { ReferencePlan, TablePlan } from './table-plan.js'

interface Dangling {
  readonly stage: Stage
  /** SQL of joins that the condition needs. */
  readonly joins: string
  readonly condition: string
}

/**
 * A clone is made by several transactions. If a row that a reference misses is a row of the source now, and
 * younger than the copies of its table or than the copy's shell, it was written while the clone was made: to leave
 * the reference out would lose data. Older ones were left out for reasons that are told. The age is that of the
 * writing transaction: of one that has begun before the shell and committed after the table was read, rows are told.
 */
export async function refuseChangedSource(
  tx: Queryable,
  plan: TablePlan,
  reference: ReferencePlan,
  { stage, joins, condition }: Dangling,
  remap: Remap,
  { younger }: { readonly younger: boolean },
): Promise<void> {
  const { ownedBy, table, key, column } = reference
  const id = stage.column(column.name)
  if (remap.from === 'files' || !ownedBy || id === undefined || !carriesTarget(reference, remap)) return
  const rowsOf = (resource: string, what: string): string => {
    const literal = resourceLiteral(ownedBy.path.at(-1)?.column as Column, resource)
    // A subquery of the rows that travel would have no xmin.
    const rows = new Joins(table)
    const owner = rows.column(ownedBy.path, 'JOIN')
    const where = ownedBy.where?.replaceAll('$resource', () => literal)
    const travels = where
      ? ` AND t.${quoteIdent(key)} IN (SELECT ${quoteIdent(key)} FROM ${onlyTable(table)} WHERE ${where})`
      : ''
    return `(SELECT ${what} FROM ${rows.sql} WHERE ${owner} = ${literal}${travels})`
  }
  const source = rowsOf(remap.source.id, `t.${quoteIdent(key)} AS k, age(t.xmin) AS age`)
  const { resource } = ownedBy
  const shell = resource?.table.columns.get(resource.key)
  const ages = [
    rowsOf(remap.resource.id, 'max(age(t.xmin))'),
    ...(resource && shell
      ? [
          `(SELECT age(t.xmin) FROM ${onlyTable(resource.table)} t WHERE t.${quoteIdent(resource.key)} = ${resourceLiteral(shell, remap.resource.id)})`,
        ]
      : []),
  ]
  // NULL is passed over: without copies and without a shell no row is too young.
  const oldest = younger ? ` AND own.age < coalesce(greatest(${ages.join(', ')}), own.age + 1)` : ''
  const { rows: found } = await tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${stage.from}${joins} WHERE ${condition} AND EXISTS (SELECT FROM ${source} own WHERE own.k = ${id}${oldest})`,
  )
  const count = Number(found[0]?.count ?? 0)
  if (count === 0) return
  throw new PieceworkError(
    'source-changed',
    `${count} ${count === 1 ? 'row leads' : 'rows lead'} by "${column.name}" of table "${plan.table.name}" to rows of "${table.name}" that were written while the clone was made.`,
    { retryable: true, facts: { table: table.name, count } },
  )
}
