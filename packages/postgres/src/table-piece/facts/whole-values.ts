import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import { onlyTable } from '../joins.js'
import type { TablePlan } from '../table-plan.js'
import type { Problem } from './problem.js'
import type { SoughtKey } from './sought-keys.js'
import { strayIds } from './stray-ids.js'

/** Columns of which each value, in the first rows, is the key of a row: keys that are words may be like other values. */
export async function wholeValues(
  db: Queryable,
  plan: TablePlan,
  columns: readonly Column[],
  words: readonly SoughtKey[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const column of words.length > 0 ? columns : []) {
    const { rows } = await db.query<{ target: number }>(foundSql(plan, column, words))
    for (const { target } of rows) {
      const to = words[target]?.plan.table
      if (to) problems.push(strayIds(plan, column, to, []))
    }
  }
  return problems
}

function foundSql(plan: TablePlan, { name }: Column, words: readonly SoughtKey[]): string {
  const column = quoteIdent(name)
  const found = words.map(
    ({ plan: to, key }, at) =>
      `SELECT ${at} AS target FROM v HAVING count(*) > 0 AND bool_and(EXISTS (SELECT FROM ${onlyTable(to.table)} k WHERE k.${quoteIdent(key.name)}::text = v.v))`,
  )
  return `WITH v AS MATERIALIZED (SELECT DISTINCT s.v FROM (SELECT t.${column}::text AS v FROM ${onlyTable(plan.table)} t WHERE t.${column} IS NOT NULL AND t.${column}::text <> '' LIMIT ${defaults.sampledRows}) s)
    ${found.join(' UNION ALL ')} ORDER BY target`
}
