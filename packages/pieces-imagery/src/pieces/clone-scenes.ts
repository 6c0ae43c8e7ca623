import type { CloneContext } from '@piecework/core/piece'
import { imageryTables } from '../imagery-tables.js'
import { factColumns } from '../scene/scene-row.js'
import { assertThere, keyOf, linkScene, scenesIn } from './project-scenes.js'
import type { ScenesOptions } from './scenes-options.js'

export async function cloneScenes(
  { source, resource, tx, ids, principal, progress, signal }: CloneContext,
  { files, scenes: mode }: ScenesOptions,
) {
  const all = await scenesIn(tx, source.id)
  for (const [at, scene] of all.entries()) {
    signal.throwIfAborted()
    await assertThere(files, scene, scene.artifact)
    const id = ids.idOf(imageryTables.scenes, scene.id)
    const artifact = mode === 'referenced' ? scene.artifact : keyOf(resource.id, id)
    if (mode === 'carried') await files.put(artifact, files.open(scene.artifact))
    const kept = ['name', 'bytes', 'created_at', ...factColumns].join(', ')
    await tx.query(
      `INSERT INTO ${imageryTables.scenes} (id, owner, artifact, ${kept})
       SELECT $1::uuid, $2, $3, ${kept} FROM ${imageryTables.scenes} WHERE id = $4`,
      [id, principal.id, artifact, scene.id],
    )
    await linkScene(tx, resource.id, id, scene.position)
    progress(at + 1, all.length)
  }
  return { rows: all.length }
}
