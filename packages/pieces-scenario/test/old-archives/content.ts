import type { Queryable } from '@piecework/core/piece'
import { ownedRows, ownIds, renamed } from '../support/owned-rows.js'

type Row = Readonly<Record<string, unknown>>

export type Content = Readonly<Record<string, readonly Row[]>>

/**
 * All rows of a project, ids of its own as the name of their table: what an archive must become in any
 * database. Geometry is told by its exact bytes.
 */
export async function contentOf(db: Queryable, project: string): Promise<Content> {
  const rows = await ownedRows(db, project)
  const tables = ownIds(rows)
  const shared = new Map<string, string>()
  for (const table of ['features', 'protected_areas', 'planning_areas']) {
    const found = await db.query<{ id: string; key: string }>(
      `SELECT id::text AS id, stable_key AS key FROM planning.${table} WHERE project_id IS NULL`,
    )
    for (const { id, key } of found.rows) shared.set(id, `shared ${key}`)
  }
  const nameless = renamed(rows, (id) => tables.get(id) ?? shared.get(id) ?? id)
  return Object.fromEntries(
    Object.entries(nameless).map(([table, list]) => [table, list.map((row) => JSON.parse(row) as Row)]),
  )
}

/** The same rows with the columns that `known` has only: tables gain columns, old archives do not. */
export function knownColumns(content: Content, known: Content): Content {
  return Object.fromEntries(
    Object.entries(known).map(([table, [first]]) => [
      table,
      (content[table] ?? []).map((row) =>
        Object.fromEntries(Object.keys(first ?? {}).map((name) => [name, row[name]])),
      ),
    ]),
  )
}

/** Rows have no order of their own. */
export const inOrder = (content: Content): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(content).map(([table, rows]) => [table, rows.map((row) => JSON.stringify(row)).sort()]),
  )
