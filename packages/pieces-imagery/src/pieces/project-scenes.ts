import { PieceworkError, type Queryable } from '@piecework/core/piece'
import type { SceneFiles } from '../files/scene-files.js'
import { imageryTables } from '../imagery-tables.js'
import type { TravellingScene } from './scene-entries.js'

const { scenes: sceneTable, project_scenes } = imageryTables

/** One deletion removes all files of a copy. */
export const folderOf = (project: string): string => `imagery/projects/${project}`
export const keyOf = (project: string, scene: string): string => `${folderOf(project)}/${scene}`

/** From below to the top. */
export async function scenesIn(db: Queryable, project: string) {
  const { rows } = await db.query<TravellingScene & { artifact: string; bytes: string }>(
    `SELECT s.id::text AS id, p.position, s.name, s.bands, s.bytes, s.artifact,
       to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt"
     FROM ${project_scenes} p JOIN ${sceneTable} s ON s.id = p.scene_id
     WHERE p.project_id = $1 ORDER BY p.position`,
    [project],
  )
  return rows.map((row) => ({
    ...row,
    bytes: Number(row.bytes),
    bands: row.bands.map(({ name, role }) => ({ name, ...(role !== undefined && { role }) })),
  }))
}

/** Throws `imagery/scene-missing` if the store has another file, or none. */
export async function assertThere(
  files: SceneFiles,
  { name, bytes }: Pick<TravellingScene, 'name' | 'bytes'>,
  artifact: string,
): Promise<void> {
  const stat = await files.stat(artifact)
  if (stat?.size === bytes) return
  const found = stat ? `has ${stat.size} bytes there, and had ${bytes}` : 'is not there'
  throw new PieceworkError(
    'imagery/scene-missing',
    `The file of the scene "${name}" ${found}: put it back, or take the scene out of the project`,
    { facts: { scene: name } },
  )
}

export async function linkScene(
  tx: Queryable,
  project: string,
  scene: string,
  position: number,
): Promise<void> {
  await tx.query(`INSERT INTO ${project_scenes} (project_id, scene_id, position) VALUES ($1, $2, $3)`, [
    project,
    scene,
    position,
  ])
}
