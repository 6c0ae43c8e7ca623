import type { Piece } from '@piecework/core/piece'
import { imageryTables } from '../imagery-tables.js'
import { cloneScenes } from './clone-scenes.js'
import { exportScenes } from './export-scenes.js'
import { importScenes } from './import-scenes.js'
import { folderOf } from './project-scenes.js'
import { sceneRows } from './scene-rows.js'
import type { ScenesOptions } from './scenes-options.js'

const { scenes: sceneTable, project_scenes } = imageryTables

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
