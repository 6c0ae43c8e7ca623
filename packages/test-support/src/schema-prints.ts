import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '@piecework/postgres'

export interface TablePrint {
  readonly rows: number
  /** Equal where the rows are, whatever their order; of no rows ''. */
  readonly digest: string
}

/** What every table of a schema holds, by its quoted and qualified name: two moments can be compared. */
export async function schemaPrints(
  db: Queryable,
  schema: string,
): Promise<Readonly<Record<string, TablePrint>>> {
  const { rows: tables } = await db.query<{ name: string }>(
    'SELECT tablename::text AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
    [schema],
  )
  if (tables.length === 0) return {}
  const names = tables.map(({ name }) => `${quoteIdent(schema)}.${quoteIdent(name)}`)
  const { rows } = await db.query<{ at: number; rows: string; digest: string }>(
    names
      .map(
        (table, at) => `SELECT ${at} AS at, count(*) AS rows,
           coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS digest FROM ${table} t`,
      )
      .join(' UNION ALL '),
  )
  return Object.fromEntries(
    rows.map(({ at, rows, digest }) => [names[Number(at)] ?? '', { rows: Number(rows), digest }]),
  )
}
