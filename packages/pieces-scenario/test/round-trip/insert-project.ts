import { randomUUID } from 'node:crypto'
import type { Queryable } from '@piecework/core/piece'
import type { Document } from './any-document.js'
import { type AnyProject, type AnyReference, type AnyRow, type AnyTable, anyTables } from './any-project.js'
import { around, written } from './documents.js'

/** Ids by table. */
export type TableIds = Readonly<Record<string, readonly string[]>>

export interface Inserted {
  readonly id: string
  readonly ids: TableIds
  /** Adds what leads nowhere. */
  stray(): Promise<StrayCounts>
}

export interface StrayCounts {
  /** Rows that a copy must leave out. */
  readonly rows: number
  /** References, in columns and in documents, that a copy must leave empty. */
  readonly references: number
}

export interface Surroundings {
  /** Rows of the whole instance. */
  readonly shared: TableIds
  /** Rows of another project. */
  readonly foreign: TableIds
}

/** Tables whose rows know their project themselves. */
const ofProject = [
  'planning_areas',
  'planning_units',
  'protected_areas',
  'cost_surfaces',
  'features',
  'scenarios',
]
const withoutId = [
  'cost_surface_values',
  'feature_amounts',
  'boundary_lengths',
  'scenario_feature_amounts',
  'run_solutions',
]

/** Writes a random project without its strays: as it is then, its copies must be. */
export async function insertProject(
  db: Queryable,
  project: AnyProject,
  { shared, foreign }: Surroundings,
): Promise<Inserted> {
  const id = randomUUID()
  const ids: Record<string, string[]> = {}
  const strayIds: Record<string, string[]> = {}
  const documents: { table: string; column: string; row: string; document: Document }[] = []
  const pool = (to: string): readonly string[] => ids[to] ?? []
  const sharedOf = (to: string): readonly string[] => shared[to] ?? []

  const insert = async (table: string, rows: readonly AnyRow[], lead: Lead): Promise<readonly string[]> => {
    const columns = anyTables[table] ?? {}
    const names = Object.keys(columns).filter((name) => name !== 'planning_area_id')
    const values: unknown[] = []
    const tuples: string[] = []
    const newDocuments: typeof documents = []
    for (const row of rows) {
      const key = table === 'projects' ? id : randomUUID()
      const cells = names.map((name) => cellOf(columns, name, row, lead))
      if (cells.includes(undefined)) continue
      const place = (value: unknown, type: string) => `$${values.push(value)}::${type}`
      const placed = (cells as readonly Cell[]).map((cell) =>
        cell === 'DEFAULT' ? cell : place(cell.value, cell.type),
      )
      if (!withoutId.includes(table)) placed.push(place(key, 'uuid'))
      if (ofProject.includes(table)) placed.push(place(id, 'uuid'))
      if (table === 'projects') placed.push(place('bo', 'text'))
      tuples.push(`(${placed.join(', ')})`)
      for (const [column, definition] of Object.entries(columns)) {
        const document = row[column]
        if ('document' in definition && document !== undefined)
          newDocuments.push({ table, column, row: key, document })
      }
    }
    if (tuples.length === 0) return []
    const keys = withoutId.includes(table) ? [] : ['id']
    if (ofProject.includes(table)) keys.push('project_id')
    if (table === 'projects') keys.push('owner_id')
    const inserted = await db.query<{ id: string }>(
      `INSERT INTO planning.${table} (${[...names, ...keys].join(', ')}) VALUES ${tuples.join(', ')}
       ON CONFLICT DO NOTHING RETURNING ${withoutId.includes(table) ? `''` : 'id::text'} AS id`,
      values,
    )
    const made = inserted.rows.map((row) => row.id)
    documents.push(...newDocuments.filter(({ row }) => made.includes(row)))
    return made
  }

  const own: Lead = (reference, n) =>
    around([...pool(reference.to), ...(reference.shared ? sharedOf(reference.to) : [])], n)
  for (const table of Object.keys(anyTables)) {
    ids[table] = [...(await insert(table, project.rows[table] ?? [], own))]
  }
  const area = project.rows.projects?.[0]?.planning_area_id
  const leadsTo = { to: 'planning_areas', shared: true } as const
  if (typeof area === 'number') {
    await db.query('UPDATE planning.projects SET planning_area_id = $2 WHERE id = $1', [
      id,
      own(leadsTo, area),
    ])
  }
  const texts = documents.map(({ document, ...place }) => {
    const definition = anyTables[place.table]?.[place.column]
    const to = definition && 'document' in definition ? definition.ids : ''
    return {
      ...place,
      ...written(document, { own: pool(to), foreign: foreign[to] ?? [], shared: sharedOf(to) }),
    }
  })
  const write = (place: { table: string; column: string; row: string }, text: string) =>
    db.query(`UPDATE planning.${place.table} SET ${place.column} = $2::jsonb WHERE id = $1`, [
      place.row,
      text,
    ])
  for (const text of texts) await write(text, text.clean)

  const strayReference = async (table: string, column: string, n: number, to: string): Promise<number> => {
    const { rowCount } = await db.query(
      `UPDATE planning.${table} SET ${column} = $1
       WHERE id = (SELECT id FROM planning.${table} WHERE ${column} IS NULL AND id = ANY ($2::uuid[]) ORDER BY id LIMIT 1)`,
      [around(foreign[to] ?? [], n), ids[table]],
    )
    return rowCount
  }

  const stray = async (): Promise<StrayCounts> => {
    const count = { rows: 0, references: 0 }
    const inOrder = Object.keys(anyTables).flatMap((table) =>
      project.strays.filter((one) => one.table === table),
    )
    for (const { table, column, row } of inOrder) {
      const definition = anyTables[table]?.[column]
      if (!definition || !('to' in definition)) continue
      const { to, nullable } = definition
      if (nullable) {
        const n = row[column]
        count.references += await strayReference(table, column, typeof n === 'number' ? n : 0, to)
        continue
      }
      const lead: Lead = (reference, n) => {
        if (reference !== definition) return own(reference, n)
        return around((reference.owner ? strayIds[to] : foreign[to]) ?? [], n)
      }
      const made = await insert(table, [row], lead)
      strayIds[table] = [...(strayIds[table] ?? []), ...made]
      count.rows += made.length
    }
    for (const text of texts) {
      if (text.strays === 0) continue
      await write(text, text.stored)
      count.references += text.strays
    }
    return count
  }
  return { id, ids, stray }
}

/** Where a reference of a row leads; undefined where there is no such row. */
type Lead = (reference: AnyReference, n: number) => string | undefined
type Cell = 'DEFAULT' | { readonly value: unknown; readonly type: string }

/** Undefined where the row cannot be. */
function cellOf(columns: AnyTable, name: string, row: AnyRow, lead: Lead): Cell | undefined {
  const column = columns[name]
  const value = row[name]
  if (column === undefined) return undefined
  if ('document' in column) {
    return column.otherwise === undefined ? 'DEFAULT' : { value: column.otherwise, type: 'jsonb' }
  }
  if (value === undefined) return 'DEFAULT'
  if (!('to' in column)) return { value, type: column.type }
  const id = lead(column, Number(value))
  if (id !== undefined) return { value: id, type: 'uuid' }
  return column.nullable ? 'DEFAULT' : undefined
}
