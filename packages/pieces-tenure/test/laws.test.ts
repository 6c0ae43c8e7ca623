import { text } from 'node:stream/consumers'
import { memoryArtifacts } from '@piecework/core'
import type { Database, Piece, Queryable, ResourceRef } from '@piecework/core/piece'
import { tenureProject, tenureProjectKind } from '@piecework/pieces-tenure'
import { needsServer } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { sampleProject } from './support/sample-project.js'
import { ana, type TenureDatabase, tenureDatabase } from './support/tenure-host.js'

const test = needsServer(suite('laws of tenure pieces'))
const files = memoryArtifacts()
let world: TenureDatabase
test.before(async () => {
  world = await tenureDatabase()
})
test.after(() => world.close())

const rowsOf =
  (sql: string) =>
  async ({ id }: ResourceRef, db: Queryable): Promise<unknown> =>
    (await db.query(sql, [id])).rows

/** Names stand for rows: ids of texts are compared nowhere else. */
const contents: Readonly<Record<string, (ref: ResourceRef, db: Queryable) => Promise<unknown>>> = {
  'tenure/project': rowsOf(
    `SELECT length(id), name, description, country, urls, contacts, ST_AsEWKT(extent) AS extent, access, archived, created_at, updated_at
     FROM tenure.projects WHERE id = $1`,
  ),
  'tenure/schemas': rowsOf(
    `SELECT length(id), content_type, selector, fields FROM tenure.attribute_schemas WHERE project_id = $1
     ORDER BY content_type, selector`,
  ),
  'tenure/parties': rowsOf(
    'SELECT length(id), name, type, attributes FROM tenure.parties WHERE project_id = $1 ORDER BY name, attributes',
  ),
  'tenure/locations': rowsOf(
    `SELECT length(id), type, ST_AsEWKT(geom) AS geom, area, attributes FROM tenure.locations WHERE project_id = $1
     ORDER BY type, area, ST_AsEWKT(geom)`,
  ),
  'tenure/relationships': rowsOf(
    `SELECT r.tenure_type, r.attributes, p.name, l.type, l.area FROM tenure.tenure_relationships r
     JOIN tenure.parties p ON p.id = r.party_id AND p.project_id = r.project_id
     JOIN tenure.locations l ON l.id = r.location_id AND l.project_id = r.project_id
     WHERE r.project_id = $1 ORDER BY r.tenure_type`,
  ),
  'tenure/resources': rowsOf(
    `SELECT r.name, r.description, r.original_file, r.contributor_id, k.kind, coalesce(j.name, p.name, l.type, t.tenure_type) AS target
     FROM tenure.resources r LEFT JOIN tenure.resource_links k ON k.resource_id = r.id
     LEFT JOIN tenure.projects j ON j.id = k.target_id AND j.id = r.project_id
     LEFT JOIN tenure.parties p ON p.id = k.target_id AND p.project_id = r.project_id
     LEFT JOIN tenure.locations l ON l.id = k.target_id AND l.project_id = r.project_id
     LEFT JOIN tenure.tenure_relationships t ON t.id = k.target_id AND t.project_id = r.project_id
     WHERE r.project_id = $1 AND NOT r.archived ORDER BY r.name, r.original_file, k.kind`,
  ),
  'tenure/files': async ({ id }, db) => {
    const { rows } = await db.query<{ name: string; original_file: string; artifact: string }>(
      `SELECT name, original_file, artifact FROM tenure.resources
       WHERE project_id = $1 AND artifact IS NOT NULL AND NOT archived ORDER BY name, original_file`,
      [id],
    )
    return Promise.all(
      rows.map(async ({ artifact, ...row }) => ({ ...row, bytes: await text(files.open(artifact)) })),
    )
  },
}

const sample = async (db: Database) => {
  const { id, organization } = await sampleProject(db, files)
  return { resource: { kind: 'tenure-project', id }, shared: [organization] }
}

const before: Piece[] = []
for (const piece of tenureProject({ files }).pieces ?? []) {
  const content = contents[piece.name]
  if (!content) throw new Error(`no content of ${piece.name}`)
  const host = { kind: tenureProjectKind, database: () => world.db, principal: ana }
  pieceLaws(test, { ...host, piece, sample, content, before: [...before] })
  before.push(piece)
}
test.run()
