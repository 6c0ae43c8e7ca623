import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { leavesOf, openSql } from './container-sql.js'
import { ambiguousKey } from './lookups.js'
import { keyOfText } from './new-key.js'
import { refuseOtherTypes } from './other-types.js'
import { type ResourceRows, resourceRows } from './row-source.js'
import type {
  ContainedTarget,
  ContainerPlan,
  ReferencePlan,
  StableKey,
  TablePlan,
  Target,
} from './table-plan.js'
import { type ConditionIds, conditionSql, hasStableKey, referencedTable } from './target-rows.js'

/** Refuses rows that an import could not tell apart: shared ones whose stable key another shared row has. `only`: a condition. */
export async function refuseUnexportable(
  tx: Queryable,
  plan: TablePlan,
  within: Required<Pick<ConditionIds, 'resource'>>,
  only?: string,
): Promise<void> {
  const source = resourceRows(plan, within.resource.id, { only })
  await refuseOtherTypes(tx, plan, source, { from: 'database' })
  for (const reference of plan.references) {
    const { shared, column } = reference
    if (!shared || isUnique(reference, shared)) continue
    const ids = `SELECT t.${quoteIdent(column.name)}::text AS id FROM ${source.from} WHERE ${source.where}`
    await refuseAmbiguous(tx, { plan, within, target: reference, shared, ids, column: column.name })
  }
  for (const container of plan.containers) {
    for (const target of container.ids) {
      const { shared } = target
      if (!shared || isUnique(target, shared)) continue
      const ids = containedIds(container, target, source)
      await refuseAmbiguous(tx, { plan, within, target, shared, ids, column: container.column.name })
    }
  }
}

/** Whether an index of the database keeps two rows from having the same key. */
const isUnique = ({ table }: Target, { by }: StableKey): boolean =>
  table.uniqueKeys.some(({ columns }) => columns.every((name) => by.includes(name)))

function containedIds(container: ContainerPlan, target: ContainedTarget, source: ResourceRows): string {
  const value = openSql(container, `t.${quoteIdent(container.column.name)}`)
  return `SELECT (${keyOfText(target, 'l.id')})::text AS id FROM ${source.from} CROSS JOIN LATERAL ${leavesOf(container, target, value)} l WHERE ${source.where}`
}

interface Ambiguous {
  readonly plan: TablePlan
  readonly within: ConditionIds
  readonly target: ReferencePlan | ContainedTarget
  readonly shared: StableKey
  /** SQL of ids, `id` text. */
  readonly ids: string
  readonly column: string
}

async function refuseAmbiguous(tx: Queryable, { plan, within, target, shared, ids, column }: Ambiguous) {
  const key = shared.columns.map(({ name }) => quoteIdent(name)).join(', ')
  const twice = `SELECT s.id FROM (SELECT ${quoteIdent(target.key)}::text AS id, count(*) OVER (PARTITION BY ${key}) AS n
    FROM ${referencedTable(target)} WHERE ${conditionSql(shared.where, within)} AND ${hasStableKey(shared)}) s WHERE s.n > 1`
  const { rows } = await tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM (${ids} OFFSET 0) u WHERE u.id IN (${twice})`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count > 0) throw ambiguousKey(plan.entry, column, target, count)
}
