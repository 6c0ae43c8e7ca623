import type { Queryable } from '@piecework/core/store'

export interface HostTable {
  /** As SQL. */
  readonly name: string
  /** Column of its primary key; null without one, or if it has several. */
  readonly key: string | null
}

/** One statement for many: hosts have hundreds, and laws ask for all of them more than once. */
const tablesAtOnce = 50

/** Number of rows and a hash of them for every table of the database. */
export async function allTables(db: Queryable): Promise<Readonly<Record<string, string>>> {
  const states = await inAllTables<{ state: string }>(
    db,
    "count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS state",
  )
  return Object.fromEntries(states.map(([{ name }, { state }]) => [name, state]))
}

/** What `select` gives of each table that the host has, whose rows are `t`. */
export async function inAllTables<Row extends object>(
  db: Queryable,
  select: string,
  where = 'true',
): Promise<readonly (readonly [HostTable, Row])[]> {
  const { rows: tables } = await db.query<HostTable>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name, (SELECT a.attname FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1) AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1`)
  const found: (readonly [HostTable, Row])[] = []
  for (let from = 0; from < tables.length; from += tablesAtOnce) {
    const some = tables.slice(from, from + tablesAtOnce)
    const selects = some.map(({ name }, at) => `SELECT ${at} AS at, ${select} FROM ${name} t WHERE ${where}`)
    const { rows } = await db.query<Row & { readonly at: number }>(selects.join(' UNION ALL '))
    for (const row of rows) found.push([some[row.at] as HostTable, row])
  }
  return found
}
