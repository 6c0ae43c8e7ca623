import type { Piecework } from '@piecework/core'
import { type Database, PieceworkError, type Queryable } from '@piecework/core/piece'
import type { SceneFiles } from '../files/scene-files.js'
import { imageryTables } from '../imagery-tables.js'
import { sameId } from '../same-id.js'

export interface RemoveSceneHost {
  readonly database: Database
  readonly files: SceneFiles
  readonly piecework: Pick<Piecework, 'jobs'>
}

const { scenes, project_scenes, exports } = imageryTables

/**
 * Takes a scene out of all projects and deletes it; its file, unless another scene has the same. Throws
 * `imagery/scene-busy` as long as exports render it: do it again when they have ended. Nothing there is no error.
 */
export async function removeScene(
  { database, files, piecework }: RemoveSceneHost,
  id: string,
): Promise<void> {
  const key = await database.transaction(async (tx) => {
    const { rows } = await tx.query<{ artifact: string }>(
      `SELECT artifact FROM ${scenes} WHERE ${sameId} FOR UPDATE`,
      [id],
    )
    const [scene] = rows
    if (!scene) return undefined
    await assertIdle(tx, piecework, id)
    await tx.query(`DELETE FROM ${project_scenes} WHERE scene_id = $1`, [id])
    await tx.query(`DELETE FROM ${scenes} WHERE id = $1`, [id])
    const others = await tx.query(`SELECT FROM ${scenes} WHERE artifact = $1 LIMIT 1`, [scene.artifact])
    return others.rows.length === 0 ? scene.artifact : undefined
  })
  if (key !== undefined) await files.delete(key)
}

/** Asked of who has requested them: their jobs are what they may see. */
async function assertIdle(
  db: Queryable,
  piecework: RemoveSceneHost['piecework'],
  scene: string,
): Promise<void> {
  const { rows } = await db.query<{ id: string; owner: string }>(
    `SELECT id::text AS id, owner FROM ${exports} WHERE scenes @> ARRAY[$1::uuid] ORDER BY created_at DESC`,
    [scene],
  )
  for (const { id, owner } of rows) {
    const jobs = await piecework.jobs({
      resource: { kind: 'imagery-export', id },
      principal: { id: owner },
    })
    const open = jobs.find(
      ({ kind, status }) => kind === 'export' && ['pending', 'submitted', 'running'].includes(status),
    )
    if (open)
      throw new PieceworkError(
        'imagery/scene-busy',
        'The scene is being exported: delete it when that has ended',
        {
          facts: { job: open.id },
          retryable: true,
        },
      )
  }
}
