import { buffer } from 'node:stream/consumers'
import { memoryArtifacts } from '@piecework/core'
import type { Database, Piece, Queryable, ResourceRef } from '@piecework/core/piece'
import { imagery, imageryProjectKind } from '@piecework/pieces-imagery'
import { needsServer } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import {
  ana,
  everybody,
  type ImageryDatabase,
  imageryDatabase,
  sampleProject,
} from './support/imagery-host.js'
import { needsScenes } from './support/scenes.js'

const test = needsScenes(needsServer(suite('laws of imagery pieces')))
const files = memoryArtifacts()
let world: ImageryDatabase
test.before(async () => {
  world = await imageryDatabase()
})
test.after(() => world.close())

const contents: Readonly<Record<string, (ref: ResourceRef, db: Queryable) => Promise<unknown>>> = {
  'imagery/project': async ({ id }, db) =>
    (
      await db.query(
        'SELECT name, description, color_correction, created_at FROM imagery.projects WHERE id = $1',
        [id],
      )
    ).rows,
  'imagery/scenes': async ({ id }, db) => {
    const { rows } = await db.query<{ artifact: string }>(
      `SELECT s.*, p.position FROM imagery.project_scenes p JOIN imagery.scenes s ON s.id = p.scene_id
       WHERE p.project_id = $1 ORDER BY p.position`,
      [id],
    )
    return Promise.all(
      rows.map(async ({ artifact, ...row }) => ({
        ...row,
        file: (await buffer(files.open(artifact))).length,
      })),
    )
  },
}

/** Files are read once: projects after the first share them. */
let first: Promise<{ readonly id: string }> | undefined
const sample = async (db: Database) => {
  first ??= sampleProject(db, files, ['RGBA.uint16'])
  const { id: known } = await first
  const { rows } = await db.query<{ id: string }>(
    `WITH project AS (INSERT INTO imagery.projects (name, description, color_correction, owner)
       SELECT name, description, color_correction, owner FROM imagery.projects WHERE id = $1 RETURNING id),
     scene AS (INSERT INTO imagery.scenes SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
       FROM imagery.project_scenes p JOIN imagery.scenes s ON s.id = p.scene_id WHERE p.project_id = $1 RETURNING id)
     INSERT INTO imagery.project_scenes (project_id, scene_id, position)
     SELECT project.id, scene.id, 7 FROM project, scene RETURNING project_id::text AS id`,
    [known],
  )
  return { resource: { kind: 'imagery-project', id: rows[0]?.id ?? '' } }
}

const before: Piece[] = []
for (const piece of imagery({ files, access: everybody }).pieces ?? []) {
  if (piece.of !== imageryProjectKind.kind) continue
  const content = contents[piece.name]
  if (!content) throw new Error(`no content of ${piece.name}`)
  const host = { kind: imageryProjectKind, database: () => world.db, principal: ana }
  pieceLaws(test, { ...host, piece, sample, content, before: [...before] })
  before.push(piece)
}
test.run()
