import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { asText } from '../as-source.js'
import { tableName } from '../joins.js'
import type { ReferencePlan, TablePlan } from '../table-plan.js'
import type { Problem } from './problem.js'

/** References whose column has a default that is the key of no row: it may mean that there is none. */
export async function defaultsToNowhere(db: Queryable, plan: TablePlan): Promise<Problem[]> {
  const open = plan.references.filter(({ enforced }) => !enforced)
  if (open.length === 0) return []
  const { rows } = await db.query<{ column: string; value: string }>(
    `SELECT a.attname AS column, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS value
     FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     WHERE d.adrelid = $1::pg_catalog.regclass AND a.attname = ANY ($2::text[]) AND a.attgenerated = '' ORDER BY a.attnum`,
    [tableName(plan.table), open.map(({ column }) => column.name)],
  )
  const problems: Problem[] = []
  for (const { column, value } of rows) {
    const constant = constantOf(value)
    if (constant === undefined) continue
    for (const reference of open.filter(
      (one) => one.column.name === column && !one.none.includes(constant),
    )) {
      if (await isKey(db, reference, constant)) continue
      problems.push(problemOf(plan, reference, constant))
      break
    }
  }
  return problems
}

/** Of `0`, `'-1'::integer` or `''::character varying`. */
function constantOf(expression: string): string | undefined {
  const [, text, number] =
    /^(?:'((?:[^']|'')*)'|\(?(-?\d+)\)?)(?:::[\w ."]+(?:\(\d+\))?)?$/.exec(expression) ?? []
  return number ?? text?.replaceAll("''", "'")
}

async function isKey(db: Queryable, { table, key }: ReferencePlan, value: string): Promise<boolean> {
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT EXISTS (SELECT FROM ${tableName(table)} WHERE ${quoteIdent(key)}::text = $1) AS there`,
    [value],
  )
  return rows[0]?.there === true
}

function problemOf({ spec }: TablePlan, { column, table }: ReferencePlan, constant: string): Problem {
  const written = asText(constant)
  return {
    severity: 'warning',
    code: 'tables/default-leads-nowhere',
    table: spec.table,
    column: column.name,
    text: `the default ${written} of column "${column.name}" of table "${spec.table}" is the key of no row of "${table.name}": each import and clone ${column.notNull ? 'leaves rows with it out' : 'leaves it empty'}`,
    hint: `If it means no row, write none: [${written}] into the reference, and the column keeps it.`,
  }
}
