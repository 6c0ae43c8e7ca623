import type { Queryable } from '@piecework/core/piece'
import type { FolderRun } from '@piecework/gdal'
import { withReadableScenes } from '../files/readable-scenes.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { planExport } from '../plan/plan-export.js'
import type { Scene } from '../scene/scene-facts.js'
import type { ParsedTool } from '../tool/tool.js'
import type { RenderOptions } from './render-options.js'
import { type Sources, storedScenes } from './stored-scenes.js'

export interface StoredPlan {
  readonly plan: ExportPlan
  /** Keys of files by the ids of scenes: what lies there never changes. */
  readonly artifacts: Readonly<Record<string, string>>
}

/** Plans an export of stored scenes. `estimates`: as far as an estimate needs it. */
export async function planStored(
  db: Queryable,
  { files, gdal, windowPixels, mostBytes }: RenderOptions,
  { tool, sources }: { readonly tool: ParsedTool; readonly sources: Sources },
  run: FolderRun,
  estimates?: true,
): Promise<StoredPlan> {
  const stored = await storedScenes(db, [...new Set(Object.values(sources).flat())])
  return withReadableScenes(files, async ({ fileOf }) => {
    const scenes = new Map<string, Scene>()
    for (const { id, artifact, facts } of stored.values())
      scenes.set(id, { id, facts, file: await fileOf(artifact) })
    // A tool may read the same project twice: both have the same scenes.
    const idsOf = ({ type, id }: { readonly type: string; readonly id: string }): readonly string[] => {
      const node = Object.entries(tool.nodes).find(
        ([, one]) => one.type === type && 'id' in one && one.id === id,
      )
      return sources[node?.[0] ?? ''] ?? []
    }
    const plan = await planExport(
      await gdal(),
      {
        tool,
        scenesOf: async (source) => idsOf(source).map((id) => scenes.get(id) as Scene),
        ...(windowPixels !== undefined && { windowPixels }),
        ...(mostBytes !== undefined && { mostBytes }),
        ...(estimates && { estimates }),
      },
      run,
    )
    return {
      plan,
      artifacts: Object.fromEntries([...stored.values()].map(({ id, artifact }) => [id, artifact])),
    }
  })
}
