import { isPieceworkError, type Queryable } from '@piecework/core/piece'
import { sqlStateOf } from '@piecework/core/store'
import { quoteIdent } from '../../database/quote-ident.js'
import type { Column } from '../catalogue.js'
import { onlyTable } from '../joins.js'
import { keyFamily } from '../key-family.js'
import { type TablePlan, type Target, targetsOf } from '../table-plan.js'
import type { Problem } from './problem.js'

/** Another database, with the tables that pieces carry there. */
interface OtherDatabase {
  readonly db: Queryable
  readonly checked: readonly { readonly plans: readonly TablePlan[] }[]
}

/** What a foreign table shows, as its server and the table itself have it. */
interface Shown {
  /** Absent: by the default of its wrapper. */
  readonly database: string | null
  readonly schema: string | null
  readonly table: string | null
}

/**
 * Of the foreign tables to which rows lead: whether the role can read them, and whether they are those that pieces of the
 * databases `beside` carry. One that shows another table empties references or leads them to other rows.
 */
export async function foreignProblems(
  db: Queryable,
  plan: TablePlan,
  beside: readonly OtherDatabase[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const { column, target } of targetsOf(plan)) {
    const place = `${target.table.schema}.${target.table.name}.${target.key}`
    if (!target.table.elsewhere || seen.has(place)) continue
    seen.add(place)
    const found =
      (await unreadable(db, target)) ?? otherKey(target, beside) ?? (await otherTable(db, target, beside))
    if (found)
      problems.push({
        ...found,
        table: plan.spec.table,
        column: column.name,
        text: `column "${column.name}" of table "${plan.spec.table}" leads to foreign table "${target.table.name}", ${found.text}`,
      })
  }
  return problems
}

type Found = Pick<Problem, 'severity' | 'text'> & { readonly code: string; readonly hint: string }

/** By reading a row of it. */
async function unreadable(db: Queryable, { table, key }: Target): Promise<Found | undefined> {
  try {
    await db.query(`SELECT ${quoteIdent(key)} FROM ${onlyTable(table)} LIMIT 1`)
    return undefined
  } catch (error) {
    const state = isPieceworkError(error, 'database') ? error.facts.sqlState : sqlStateOf(error)
    if (typeof state !== 'string') throw error
    return {
      // A server that is away comes back.
      severity: state.startsWith('08') ? 'warning' : 'error',
      code: 'tables/foreign-unreadable',
      text: `which cannot be read: ${error instanceof Error ? error.message.replace(/\.$/, '') : error}`,
      hint: 'It takes a server that is there, a user mapping of this role, SELECT on the foreign table here, and SELECT on the table itself for the user of the mapping.',
    }
  }
}

function otherKey({ table, key }: Target, beside: readonly OtherDatabase[]): Found | undefined {
  const own = carriedThere(table.name, beside)?.table
  const [here, there] = [table.columns.get(key), own?.columns.get(key)]
  if (!own || !here) return undefined
  const error = (text: string, hint: string): Found => ({
    severity: 'error',
    code: 'tables/foreign-other',
    text,
    hint,
  })
  const anew = 'Make it anew as the table is: foreignTables() and IMPORT FOREIGN SCHEMA do.'
  if (!there) return error(`whose column "${key}" the table itself does not have`, anew)
  if (!isComparable(here, there))
    return error(`whose column "${key}" is ${here.stored} here and ${there.stored} in the table itself`, anew)
  const keys = [own.primaryKey, ...own.uniqueKeys.map(({ columns }) => columns), [...own.unique]]
  if (keys.some((columns) => columns.includes(key))) return undefined
  return error(`whose column "${key}" is no key of the table itself`, 'Lead to its key.')
}

/** Whole numbers of any width are compared, and so are texts. */
function isComparable(here: Column, there: Column): boolean {
  const family = keyFamily(here)
  return family === undefined ? here.stored === there.stored : family === keyFamily(there)
}

async function otherTable(
  db: Queryable,
  { table }: Target,
  beside: readonly OtherDatabase[],
): Promise<Found | undefined> {
  if (beside.length === 0) return undefined
  const [shown] = (
    await db.query<Shown>(
      `SELECT ${optionSql('s.srvoptions', 'dbname')} AS database,
         ${optionSql('f.ftoptions', 'schema_name')} AS schema, ${optionSql('f.ftoptions', 'table_name')} AS table
       FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
       WHERE f.ftrelid = $1::pg_catalog.regclass`,
      [`${quoteIdent(table.schema)}.${quoteIdent(table.name)}`],
    )
  ).rows
  if (!shown) return undefined
  const carrier = carriedThere(table.name, beside)
  const own = carrier ? [carrier.db] : beside.map((other) => other.db)
  const names = await Promise.all(own.map(databaseName))
  const other = (text: string): Found => ({
    severity: 'warning',
    code: 'tables/foreign-other',
    text,
    hint: 'If that is another one, references are emptied, or lead to other rows: make the foreign table anew, or ALTER its server. If both are one under two names, as behind a pooler, it may stay.',
  })
  if (shown.database !== null && !names.includes(shown.database))
    return other(
      `which shows a table of database "${shown.database}", and ${carrier ? 'its rows are' : 'the other pieces have theirs'} in ${names.map((name) => `"${name}"`).join(', ')}`,
    )
  const wanted = carrier?.table
  const [schema, name] = [shown.schema ?? table.schema, shown.table ?? table.name]
  if (wanted && (schema !== wanted.schema || name !== wanted.name))
    return other(`which shows "${schema}.${name}", and the rows are in "${wanted.schema}.${wanted.name}"`)
  return undefined
}

const optionSql = (options: string, name: string): string =>
  `(SELECT o.option_value FROM pg_catalog.pg_options_to_table(${options}) o WHERE o.option_name = '${name}')`

/** The table itself, by its name, where a piece of another database carries it. */
function carriedThere(name: string, beside: readonly OtherDatabase[]) {
  for (const { db, checked } of beside)
    for (const { plans } of checked)
      for (const { table } of plans) if (table.name === name && !table.elsewhere) return { db, table }
  return undefined
}

async function databaseName(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ name: string }>('SELECT pg_catalog.current_database() AS name')
  return rows[0]?.name ?? ''
}
