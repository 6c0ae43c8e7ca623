import { leavesOf, openSql } from './container-sql.js'
import { danglingIds, remapContainer } from './container-value.js'
import type { FillContext } from './fill-context.js'
import { danglingInside } from './loss-findings.js'
import { keyOfText } from './new-key.js'
import type { RowSource } from './row-source.js'
import { refuseChangedSource } from './source-changed.js'
import type { ContainedTarget, ContainerPlan, TablePlan } from './table-plan.js'

/** Tells what becomes of ids inside documents, arrays and texts, beside new ids. */
export async function reportContained(
  plan: TablePlan,
  source: RowSource,
  context: FillContext,
): Promise<void> {
  for (const container of plan.containers) {
    const value = source.column(container.column.name)
    if (value === undefined) continue
    for (const target of container.ids) {
      await reportDangling(plan, container, target, value, source, context)
      if (container.form === 'json' && target.path.at(-1) === 'names')
        await reportCollisions(plan, container, target, value, source, context)
    }
    if (container.form === 'text') await reportRewritten(plan, container, value, source, context)
  }
}

async function reportDangling(
  plan: TablePlan,
  container: ContainerPlan,
  target: ContainedTarget,
  value: string,
  source: RowSource,
  context: FillContext,
): Promise<void> {
  const ids = danglingIds(container, target, value, source, context)
  const { rows } = await context.tx.query<{ count: string; examples: string[] | null }>(
    `SELECT count(*)::text AS count, (array_agg(DISTINCT left(d.id, 100)))[1:3] AS examples
     FROM ${source.from} CROSS JOIN LATERAL ${ids} d WHERE ${source.where}`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count === 0) return
  const missing = { plan, column: container.column, target, id: keyOfText(target, 'd.id') }
  const found = { from: `${source.from} CROSS JOIN LATERAL ${ids} d`, where: source.where }
  await refuseChangedSource(context.tx, { ...missing, ...found }, context, { any: false })
  context.finding(danglingInside({ plan, count, examples: rows[0]?.examples }, container, target))
}

/** Members of one object whose names become the same. */
async function reportCollisions(
  plan: TablePlan,
  container: ContainerPlan,
  target: ContainedTarget,
  value: string,
  source: RowSource,
  context: FillContext,
): Promise<void> {
  const document = openSql(container, value)
  const only = remapContainer({ ...container, ids: [target] }, value, source, context)
  const lost = (sql: string): string => `(SELECT count(*) FROM ${leavesOf(container, target, sql)} l)`
  const dangling = `(SELECT count(*) FROM ${danglingIds(container, target, value, source, context)} d)`
  const { rows } = await context.tx.query<{ count: string }>(
    `SELECT coalesce(sum(x.n), 0)::text AS count FROM (SELECT ${lost(document)} - ${lost(openSql(container, only))} - ${dangling} AS n FROM ${source.from} WHERE ${source.where}) x`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count === 0) return
  context.finding({
    severity: 'warning',
    code: 'table/names-collide',
    file: plan.entry,
    column: container.column.name,
    count,
    message: `${count} ${count === 1 ? 'member' : 'members'} at "${target.text}" in "${container.column.name}" of table "${plan.table.name}" have the same new name as another: left out.`,
  })
}

async function reportRewritten(
  plan: TablePlan,
  container: ContainerPlan,
  value: string,
  source: RowSource,
  context: FillContext,
): Promise<void> {
  const rewritten = remapContainer(container, value, source, context)
  const { rows } = await context.tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${source.from} WHERE ${source.where} AND (${rewritten}) IS DISTINCT FROM ${value}`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count === 0) return
  const { name } = container.column
  context.finding({
    severity: 'warning',
    code: 'table/text-rewritten',
    file: plan.entry,
    column: name,
    count,
    message: `${count} ${count === 1 ? 'value' : 'values'} of "${name}" of table "${plan.table.name}" got new ids where patterns found old ones.`,
  })
}
