import {
  type CloneContext,
  type ExportContext,
  type ImportContext,
  type Piece,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import type { Gdal } from '@piecework/gdal'
import type { SceneFiles } from '../files/scene-files.js'
import type { ImageryAccess } from '../imagery-access.js'
import { imageryTables } from '../imagery-tables.js'
import { insertScene, putScene, readStoredScene } from '../scene/add-scene.js'
import { factColumns } from '../scene/scene-row.js'
import { referredScene } from './referred-scene.js'
import { readScene, sceneEntries, sceneHeader, sceneLine, type TravellingScene } from './scene-entries.js'
import { sceneRows } from './scene-rows.js'

const { scenes: sceneTable, project_scenes } = imageryTables

export interface ScenesOptions {
  readonly files: SceneFiles
  readonly gdal: () => Promise<Gdal>
  readonly access: ImageryAccess
  /** Whether files travel, or stay in the store that source and copy share. */
  readonly scenes: 'carried' | 'referenced'
}

/**
 * The scenes of a project, in their order. Each copy is a scene of its own. A file that travels is looked at as one that comes
 * from anywhere; one that stays is taken from scenes that the importer may read.
 */
export function scenes(options: ScenesOptions): Piece {
  return {
    contract: 1,
    name: 'imagery/scenes',
    of: 'imagery-project',
    version: 1,
    after: ['imagery/project'],
    keys: { tables: [sceneTable, project_scenes] },
    exporter: { export: (context) => exportScenes(context, options) },
    importer: { import: (context) => importScenes(context, options) },
    cloner: { clone: (context) => cloneScenes(context, options) },
    remover: {
      remove: async ({ resources, tx }) => {
        const projects = resources.map(({ id }) => id)
        await tx.query(
          `WITH gone AS (DELETE FROM ${project_scenes} WHERE project_id = ANY ($1::uuid[]) RETURNING scene_id)
           DELETE FROM ${sceneTable} WHERE id IN (SELECT scene_id FROM gone)`,
          [projects],
        )
        // What attempts have put, whether or not their rows were committed.
        for (const id of projects) await options.files.delete(folderOf(id))
      },
    },
    validators: [sceneRows],
  }
}

/** One deletion removes all files of a copy. */
const folderOf = (project: string): string => `imagery/projects/${project}`
const keyOf = (project: string, scene: string): string => `${folderOf(project)}/${scene}`

/** From below to the top. */
async function storedScenes(db: Queryable, project: string) {
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

async function exportScenes(
  { tx, resource, write, progress, signal }: ExportContext,
  { files, scenes: mode }: ScenesOptions,
) {
  const all = await storedScenes(tx, resource.id)
  const lines = [sceneHeader]
  for (const [at, { artifact, ...scene }] of all.entries()) {
    signal.throwIfAborted()
    lines.push(sceneLine(mode === 'referenced' ? { ...scene, artifact } : scene))
    await assertThere(files, scene, artifact)
    if (mode === 'carried') await write(sceneEntries.file(at + 1), files.open(artifact))
    progress(at + 1, all.length)
  }
  await write(sceneEntries.list, Buffer.from(lines.join('')), () => all.length)
  return { rows: all.length }
}

async function assertThere(
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

async function importScenes(
  { entries, tx, ids, resource, principal, progress, signal }: ImportContext,
  { files, gdal, access }: ScenesOptions,
) {
  let rows = 0
  for await (const batch of entries.rows(sceneEntries.list))
    for (const row of batch) {
      signal.throwIfAborted()
      const scene = readScene(row)
      rows += 1
      const { position, name, bands, createdAt } = scene
      const id = ids.idOf(sceneTable, scene.id)
      const referred =
        scene.artifact !== undefined
          ? await referredScene(tx, { files, access }, scene, principal)
          : undefined
      const artifact = referred ?? keyOf(resource.id, id)
      if (!referred) await putScene(files, artifact, entries.open(sceneEntries.file(rows)))
      const read = await readStoredScene({ files, gdal: await gdal() }, artifact, { bands, signal })
      await insertScene(tx, {
        ...{ id, name, owner: principal.id, artifact, bytes: scene.bytes, createdAt },
        ...read,
      })
      await link(tx, resource.id, id, position)
      progress(rows, entries.facts(sceneEntries.list)?.rows)
    }
  return { rows }
}

async function link(tx: Queryable, project: string, scene: string, position: number): Promise<void> {
  await tx.query(`INSERT INTO ${project_scenes} (project_id, scene_id, position) VALUES ($1, $2, $3)`, [
    project,
    scene,
    position,
  ])
}

async function cloneScenes(
  { source, resource, tx, ids, principal, progress, signal }: CloneContext,
  { files, scenes: mode }: ScenesOptions,
) {
  const all = await storedScenes(tx, source.id)
  for (const [at, scene] of all.entries()) {
    signal.throwIfAborted()
    await assertThere(files, scene, scene.artifact)
    const id = ids.idOf(sceneTable, scene.id)
    const artifact = mode === 'referenced' ? scene.artifact : keyOf(resource.id, id)
    if (mode === 'carried') await files.put(artifact, files.open(scene.artifact))
    const kept = ['name', 'bytes', 'created_at', ...factColumns].join(', ')
    await tx.query(
      `INSERT INTO ${sceneTable} (id, owner, artifact, ${kept})
       SELECT $1::uuid, $2, $3, ${kept} FROM ${sceneTable} WHERE id = $4`,
      [id, principal.id, artifact, scene.id],
    )
    await link(tx, resource.id, id, scene.position)
    progress(at + 1, all.length)
  }
  return { rows: all.length }
}
