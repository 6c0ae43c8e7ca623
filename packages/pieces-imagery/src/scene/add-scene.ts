import { randomUUID } from 'node:crypto'
import { type Database, PieceworkError, type Queryable } from '@piecework/core/piece'
import type { Gdal } from '@piecework/gdal'
import { sceneLimits } from '../defaults.js'
import { withReadableScenes } from '../files/readable-scenes.js'
import type { SceneFiles } from '../files/scene-files.js'
import { imageryTables } from '../imagery-tables.js'
import { sameId } from '../same-id.js'
import { type Footprint, footprintOf } from './footprint.js'
import { readSceneFacts } from './read-scene-facts.js'
import type { NamedBand, SceneFacts } from './scene-facts.js'
import { factColumns, factValues } from './scene-row.js'
import { assertTiff } from './tiff-start.js'

export interface SceneHost {
  readonly database: Database
  readonly files: SceneFiles
  readonly gdal: Gdal
}

export interface NewScene {
  readonly name: string
  /** Id of the principal whose it is. */
  readonly owner: string
  /** A GeoTIFF, from anywhere. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** In the file's order, without alpha. Absent: colors are names, and `band1` is one without. */
  readonly bands?: readonly (string | NamedBand)[]
  /** Id of a project in which it is laid on top. */
  readonly project?: string
  /** Of the file. Default 64 GiB. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

/**
 * Stores a file as a scene, and what it says of itself. Every pixel of it is read once. Throws `imagery/scene-format`,
 * `imagery/scene-unsupported`, `imagery/scene-too-large` and `resource-not-found`; then nothing of it stays. Resolves to its id.
 */
export async function addScene(host: SceneHost, scene: NewScene): Promise<string> {
  const id = randomUUID()
  const key = sceneKey(id)
  const bytes = await putScene(host.files, key, scene.bytes, scene.maxBytes)
  try {
    const read = await readStoredScene(host, key, scene)
    await host.database.transaction(async (tx) => {
      await insertScene(tx, { id, name: scene.name, owner: scene.owner, artifact: key, bytes, ...read })
      if (scene.project !== undefined) await layOnTop(tx, scene.project, id)
    })
    return id
  } catch (error) {
    await host.files.delete(key)
    throw error
  }
}

const sceneKey = (id: string): string => `imagery/scenes/${id}`

/** Puts a file that begins as a TIFF and is not too large. Resolves to its bytes. */
export async function putScene(
  files: SceneFiles,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number = sceneLimits.bytes,
): Promise<number> {
  let size = 0
  await files.put(key, checked())
  return size

  async function* checked(): AsyncGenerator<Uint8Array> {
    let start: Uint8Array = new Uint8Array()
    for await (const chunk of bytes) {
      if (start.length < 4) {
        start = Buffer.concat([start, chunk.subarray(0, 4)])
        if (start.length >= 4) assertTiff(start)
      }
      size += chunk.length
      if (size > maxBytes)
        throw new PieceworkError(
          'imagery/scene-too-large',
          `The file of a scene is larger than ${maxBytes} bytes`,
          {
            facts: { limit: maxBytes },
          },
        )
      yield chunk
    }
    if (start.length < 4) assertTiff(start)
  }
}

export interface ReadScene {
  readonly facts: SceneFacts
  readonly footprint: Footprint | undefined
}

/** What a file in the store says of itself; all of it can be read. */
export async function readStoredScene(
  { files, gdal }: Pick<SceneHost, 'files' | 'gdal'>,
  key: string,
  { bands, signal }: Pick<NewScene, 'bands' | 'signal'>,
): Promise<ReadScene> {
  const bytes = (await files.stat(key))?.size ?? 0
  // A small file may say that it is a huge image.
  const timeoutMs = sceneLimits.readMs + Math.ceil(bytes / sceneLimits.readBytesPerMs)
  const run = { timeoutMs, ...(signal && { signal }) }
  return withReadableScenes(files, async ({ fileOf }) => {
    const facts = await readSceneFacts(gdal, await fileOf(key), bands, { ...run, readsAll: true })
    return { facts, footprint: await footprintOf(gdal, facts, run) }
  })
}

export interface SceneRow extends ReadScene {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly artifact: string
  readonly bytes: number
  /** Default: now. */
  readonly createdAt?: string
}

export async function insertScene(tx: Queryable, scene: SceneRow): Promise<void> {
  const columns = ['id', 'name', 'owner', 'artifact', 'bytes', ...factColumns]
  const values = [scene.id, scene.name, scene.owner, scene.artifact, scene.bytes]
  const bound = [...values, ...factValues(scene.facts, scene.footprint), scene.createdAt ?? null]
  await tx.query(
    `INSERT INTO ${imageryTables.scenes} (${columns.join(', ')}, created_at)
     VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')}, coalesce($${bound.length}::timestamptz, now()))`,
    bound,
  )
}

async function layOnTop(tx: Queryable, project: string, scene: string): Promise<void> {
  const { projects, project_scenes } = imageryTables
  // One after the other: each gets a position of its own.
  const { rows } = await tx.query(
    `SELECT FROM ${projects} WHERE ${sameId} AND state = 'ready' FOR NO KEY UPDATE`,
    [project],
  )
  if (rows.length === 0)
    throw new PieceworkError('resource-not-found', `There is no imagery project ${project}`)
  await tx.query(
    `INSERT INTO ${project_scenes} (project_id, scene_id, position)
     SELECT $1::uuid, $2::uuid, coalesce(max(position), 0) + 1 FROM ${project_scenes} WHERE project_id = $1::uuid`,
    [project, scene],
  )
}
