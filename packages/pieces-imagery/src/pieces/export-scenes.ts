import type { ExportContext } from '@piecework/core/piece'
import { assertThere, scenesIn } from './project-scenes.js'
import { sceneEntries, sceneHeader, sceneLine } from './scene-entries.js'
import type { ScenesOptions } from './scenes-options.js'

export async function exportScenes(
  { tx, resource, write, progress, signal }: ExportContext,
  { files, scenes: mode }: ScenesOptions,
) {
  const all = await scenesIn(tx, resource.id)
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
