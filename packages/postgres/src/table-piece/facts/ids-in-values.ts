import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import { onlyTable } from '../joins.js'
import type { TablePlan } from '../table-plan.js'
import { carriesAsIs } from './carries-as-is.js'
import type { Problem } from './problem.js'

const uuid = '[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}'
const mayHold = /^_?(?:text|varchar|bpchar|citext|json|jsonb|xml|hstore)$/

/**
 * Columns that hold uuids of rows which pieces carry, in texts or documents that the declaration says nothing
 * of; by the first rows of each table.
 */
export async function idsInValues(
  db: Queryable,
  plan: TablePlan,
  carried: readonly TablePlan[],
): Promise<Problem[]> {
  const columns = plan.carried
    .filter(carriesAsIs(plan))
    .filter(({ name, base }) => mayHold.test(base) && !plan.spec.columns?.includes(name))
  const targets = carried.flatMap((other) => {
    const key = other.key ?? (other.ownRow ? other.ownerColumn : undefined)
    return key?.base === 'uuid' ? [{ plan: other, key }] : []
  })
  const problems: Problem[] = []
  for (const column of targets.length > 0 ? columns : []) {
    const { rows } = await db.query<{ table: string; ids: number }>(found(plan, column, targets))
    problems.push(...rows.map(({ table }) => problem(plan, column, table)))
  }
  return problems
}

function found(
  plan: TablePlan,
  column: Column,
  targets: readonly { readonly plan: TablePlan; readonly key: Column }[],
): string {
  const { sampledRows, sampledIds, sampledCharacters } = defaults
  const value = `left(t.${quoteIdent(column.name)}::text, ${sampledCharacters})`
  const asked = targets.map(({ plan: { table }, key }) => {
    const text = `'${table.name.replaceAll("'", "''")}'`
    return `SELECT ${text} AS table WHERE EXISTS (SELECT FROM ids i JOIN ${onlyTable(table)} k ON k.${quoteIdent(key.name)} = i.id)`
  })
  return `WITH ids AS MATERIALIZED (
    SELECT DISTINCT m.found[1]::uuid AS id FROM
      (SELECT ${value} AS v FROM ${onlyTable(plan.table)} t WHERE t.${quoteIdent(column.name)} IS NOT NULL LIMIT ${sampledRows}) s
      CROSS JOIN LATERAL regexp_matches(s.v, '(${uuid})', 'gi') m(found) LIMIT ${sampledIds})
    ${asked.join(' UNION ')}`
}

function problem(plan: TablePlan, { name, base }: Column, to: string): Problem {
  const document = base.startsWith('json') ? '"json"' : '"references"'
  return {
    severity: 'warning',
    code: 'tables/ids-in-values',
    table: plan.spec.table,
    column: name,
    text: `values of column "${name}" of table "${plan.spec.table}" hold ids of rows of "${to}", and travel as they are`,
    hint: `Declare where the ids stand (${document}), or put the column into "columns", "set" or "ignore".`,
  }
}
