import { quoteIdent } from '../database/quote-ident.js'
import { asHostJoin, writeAsHost } from './as-host.js'
import type { Column } from './catalogue.js'
import { dropDangling } from './dangling.js'
import { isGiven, joinSql } from './fill-select.js'
import { type FillContext, reportDanglingJson } from './fill-table.js'
import { onlyTable } from './joins.js'
import { remapJson } from './json-value.js'
import { ownKey } from './key-target.js'
import { newKeySql } from './new-key.js'
import { type Join, referenceValue } from './reference-value.js'
import { resourceLiteral } from './resource-literal.js'
import type { Stage } from './stage.js'
import type { TablePlan } from './table-plan.js'

/** Fills the columns of the second pass, after all tables of the piece. */
export async function fillSecondPass(plan: TablePlan, stage: Stage, context: FillContext): Promise<void> {
  const columns = (plan.spec.secondPass ?? []).filter((name) => isGiven(plan, name, stage))
  if (columns.length === 0) return
  const references = [...plan.references.values()].filter((reference) =>
    columns.includes(reference.column.name),
  )
  // The rows of this table are inserted, so references to them do not dangle. No row is deleted: these
  // columns may be NULL.
  await dropDangling(context.tx, plan, references, stage, context)
  await reportDanglingJson(plan, stage, context, true)
  const joins: Join[] = []
  const values = columns.map((name, index) => {
    const reference = plan.references.get(name)
    const json = plan.json.get(name)
    if (json) return remapJson(plan, json, stage.column(name) ?? 'NULL', stage, context)
    if (!reference) return 'NULL'
    const value = referenceValue(plan, reference, stage, context, index)
    joins.push(...value.joins)
    return value.sql
  })
  const key = plan.key && stage.column(plan.key.name)
  const id =
    key && plan.key
      ? newKeySql(context, ownKey(plan, plan.key), key)
      : resourceLiteral((plan.ownerColumn ?? plan.key) as Column, context.resource.id)
  const keyName = quoteIdent((plan.key ?? plan.ownerColumn)?.name ?? 'id')
  const sets = columns.map((name, index) => `${quoteIdent(name)} = n.v${index}`)
  await writeAsHost(context.tx, {
    sql: `UPDATE ${onlyTable(plan.schema, plan.table)} AS o SET ${sets.join(', ')}
     FROM (SELECT ${[id, ...values].join(', ')} FROM ${stage.from}${joinSql(joins)}${asHostJoin}) AS n (id${columns.map((_, index) => `, v${index}`).join('')})
     WHERE o.${keyName} = n.id`,
  })
}
