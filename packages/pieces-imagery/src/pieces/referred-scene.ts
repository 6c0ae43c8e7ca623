import { PieceworkError, type Queryable } from '@piecework/core/piece'
import type { SceneFiles } from '../files/scene-files.js'
import type { ImageryAccess, Principal } from '../imagery-access.js'
import { imageryTables } from '../imagery-tables.js'
import type { TravellingScene } from './scene-entries.js'

/**
 * The key of a file that stays where it is. An archive says any key: only that of a scene which the principal may read here is
 * taken, and what is not there is refused with the same words.
 */
export async function referredScene(
  db: Queryable,
  { files, access }: { readonly files: SceneFiles; readonly access: ImageryAccess },
  { artifact, name, bytes }: TravellingScene,
  principal: Principal,
): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id::text AS id FROM ${imageryTables.scenes} WHERE artifact = $1 ORDER BY created_at, id LIMIT 1000`,
    [artifact],
  )
  for (const { id } of rows)
    if (await access.allows(principal, 'export', { kind: 'imagery-scene', id })) {
      if (artifact !== undefined && (await files.stat(artifact))?.size === bytes) return artifact
      break
    }
  throw new PieceworkError(
    'imagery/scene-missing',
    `The archive leaves the file of the scene "${name}" where it was, and it is not here: export with the files`,
    { facts: { scene: name } },
  )
}
