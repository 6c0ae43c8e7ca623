import type { Queryable } from '@piecework/core/piece'
import { ownedBy } from '../support/owned-rows.js'

/** Rows as PostgreSQL prints them: NULL, '' and a JSON null differ, numbers and coordinates are exact. */
export type ExactRows = readonly string[]

interface Column {
  readonly table: string
  readonly column: string
}

/** Every row of a project, by column but for `without`, as a sorted list. */
export async function rowsOfProject(
  db: Queryable,
  project: string,
  without: Readonly<Record<string, readonly string[]>> = {},
): Promise<ExactRows> {
  const columns = await planningColumns(db)
  return rowsOf(db, columns, (table) => ownedBy[table], project, without)
}

/** Every row of every project, and what is shared. */
export async function everyRow(db: Queryable): Promise<ExactRows> {
  return rowsOf(db, await planningColumns(db), (table) => `planning.${table} WHERE $1::uuid IS NULL`, null)
}

export async function planningColumns(db: Queryable): Promise<readonly Column[]> {
  const { rows } = await db.query<Column>(
    `SELECT c.relname::text AS "table", a.attname::text AS "column"
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'planning'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
       AND NOT a.attisdropped AND a.attgenerated = ''
     ORDER BY c.relname, a.attnum`,
  )
  return rows
}

async function rowsOf(
  db: Queryable,
  columns: readonly Column[],
  from: (table: string) => string | undefined,
  project: string | null,
  without: Readonly<Record<string, readonly string[]>> = {},
): Promise<ExactRows> {
  const selects = [...new Set(columns.map(({ table }) => table))].flatMap((table) => {
    const rows = from(table)
    const names = columns.filter((one) => one.table === table && !without[table]?.includes(one.column))
    if (rows === undefined) return []
    const values = names.map(({ column }) => `t."${column}"`).join(', ')
    return [`SELECT '${table} ' || ROW(${values})::text AS row FROM (SELECT * FROM ${rows}) t`]
  })
  const found = await db.query<{ row: string }>(selects.join(' UNION ALL '), [project])
  return found.rows.map(({ row }) => row).sort()
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

/** Every uuid in small letters. */
export const idsIn = (rows: ExactRows): Set<string> =>
  new Set(rows.flatMap((row) => row.match(uuid) ?? []).map((id) => id.toLowerCase()))

export function renamedRows(rows: ExactRows, rename: (id: string) => string): ExactRows {
  return rows.map((row) => row.replace(uuid, (id) => rename(id.toLowerCase()))).sort()
}

/** What the second list has more often than the first; `lost` is what it has less often. */
export function added(before: ExactRows, after: ExactRows): { added: ExactRows; lost: ExactRows } {
  const counts = new Map<string, number>()
  for (const row of before) counts.set(row, (counts.get(row) ?? 0) + 1)
  const more: string[] = []
  for (const row of after) {
    const left = counts.get(row) ?? 0
    if (left > 0) counts.set(row, left - 1)
    else more.push(row)
  }
  return { added: more, lost: [...counts].filter(([, left]) => left > 0).map(([row]) => row) }
}
