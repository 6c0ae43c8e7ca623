import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { beginMs } from '../defaults.js'
import { imageryTables } from '../imagery-tables.js'
import { sameId } from '../same-id.js'
import type { ParsedTool } from '../tool/tool.js'
import type { Sources } from './stored-scenes.js'

export interface StoredEstimate {
  /** Of the grid. */
  readonly pixels: number
  /** Of all bands and overviews, before they are compressed. */
  readonly bytes: number
  /** Pixels of the area of interest, or of the grid. */
  readonly asked: number
  readonly windows: number
  /** The resolution is finer than that of every scene. */
  readonly isFiner: boolean
  /** Workers of another one refuse it. */
  readonly gdalVersion: string
}

export interface ExportRow {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly tool: ParsedTool
  readonly sources: Sources
  readonly estimate: StoredEstimate
  /** Piecework's first one. Absent: it was not begun, or a moment ago. */
  readonly job?: string
  readonly createdAt: Date
  /** So long ago that what was not begun since never will be. */
  readonly isOverdue: boolean
}

/** Throws `imagery/export-not-found`. */
export async function readExport(db: Queryable, id: string): Promise<ExportRow> {
  const { rows } = await db.query<Omit<ExportRow, 'job'> & { job: string | null }>(
    `SELECT id::text AS id, name, owner, tool, sources, estimate, job, created_at AS "createdAt",
       created_at < now() - $2::float8 * interval '1 ms' AS "isOverdue"
     FROM ${imageryTables.exports} WHERE ${sameId}`,
    [id, beginMs],
  )
  const [row] = rows
  if (!row) throw exportNotFound(id)
  const { job, ...rest } = row
  return { ...rest, ...(job !== null && { job }) }
}

export function exportNotFound(id: string): PieceworkError {
  return new PieceworkError('imagery/export-not-found', `There is no export of imagery ${JSON.stringify(id)}`)
}

export async function insertExport(
  tx: Queryable,
  row: Omit<ExportRow, 'createdAt' | 'job' | 'isOverdue'>,
): Promise<void> {
  const scenes = [...new Set(Object.values(row.sources).flat())]
  await tx.query(
    `INSERT INTO ${imageryTables.exports} (id, name, owner, tool, sources, scenes, estimate)
     VALUES ($1, $2, $3, $4, $5, $6::uuid[], $7)`,
    [
      row.id,
      row.name,
      row.owner,
      JSON.stringify(row.tool),
      JSON.stringify(row.sources),
      scenes,
      JSON.stringify(row.estimate),
    ],
  )
}
