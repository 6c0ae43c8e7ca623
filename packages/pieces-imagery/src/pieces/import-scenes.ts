import { type ImportContext, isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { imageryTables } from '../imagery-tables.js'
import { insertScene, putScene, readStoredScene } from '../scene/add-scene.js'
import { keyOf, linkScene } from './project-scenes.js'
import { referredScene } from './referred-scene.js'
import { readScene, sceneEntries } from './scene-entries.js'
import type { ScenesOptions } from './scenes-options.js'

export async function importScenes(
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
      const id = ids.idOf(imageryTables.scenes, scene.id)
      const referred =
        scene.artifact !== undefined
          ? await referredScene(tx, { files, access }, scene, principal)
          : undefined
      const artifact = referred ?? keyOf(resource.id, id)
      const read = await ofScene(name, async () => {
        if (!referred) await putScene(files, artifact, entries.open(sceneEntries.file(rows)))
        return readStoredScene({ files, gdal: await gdal() }, artifact, { bands, signal })
      })
      await insertScene(tx, {
        ...{ id, name, owner: principal.id, artifact, bytes: scene.bytes, createdAt },
        ...read,
      })
      await linkScene(tx, resource.id, id, position)
      progress(rows, entries.facts(sceneEntries.list)?.rows)
    }
  return { rows }
}

/** Of several files, which one is refused. */
function ofScene<T>(name: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    if (!isPieceworkError(error) || !error.code.startsWith('imagery/')) throw error
    const { code, facts, message } = error
    throw new PieceworkError(code, `The scene "${name}" is refused: ${message}`, {
      cause: error,
      facts: { ...facts, scene: name },
    })
  })
}
