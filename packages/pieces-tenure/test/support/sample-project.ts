import { randomBytes } from 'node:crypto'
import type { Queryable } from '@piecework/core/piece'
import type { ResourceFiles } from '@piecework/pieces-tenure'

/** A key as hosts make them. */
export const newKey = (): string => randomBytes(12).toString('hex')

export interface SampleProject {
  readonly id: string
  readonly organization: string
}

/** A project with everything that is easily spoilt. Its resources have files where `files` is given. */
export async function sampleProject(
  db: Queryable,
  files?: ResourceFiles,
  organization?: string,
): Promise<SampleProject> {
  const id = newKey()
  const held = organization ?? (await newOrganization(db))
  await db.query(
    `INSERT INTO tenure.projects (id, organization_id, slug, name, description, country, urls, contacts, extent, owner_id)
     VALUES ($1, $2, $3, 'London "2", Ä', '', NULL, '["https://example.org"]', '[{"name": "Ana"}]',
       ST_MakeEnvelope(-1, 51, 1, 52, 4326), 1)`,
    [id, held, `london-${id}`],
  )
  await addSchemas(db, id)
  const parties = await addParties(db, id)
  const locations = await addLocations(db, id)
  const relationships = await addRelationships(db, id, parties, locations)
  const targets = { project: [id], party: parties, location: locations, relationship: relationships }
  await addResources(db, id, targets, files)
  return { id, organization: held }
}

export async function newOrganization(db: Queryable): Promise<string> {
  const id = newKey()
  await db.query(`INSERT INTO tenure.organizations VALUES ($1, $2, 'Cadasta')`, [id, `cadasta-${id}`])
  return id
}

async function addSchemas(db: Queryable, project: string): Promise<void> {
  const schemas = [
    ['party', null, [{ name: 'phone', type: 'text' }]],
    ['party', 'IN', [{ name: 'age', type: 'integer' }]],
    ['party', 'GR', [{ name: 'members', type: 'select_multiple' }]],
    [
      'location',
      null,
      [
        { name: 'quality', type: 'text' },
        { name: 'never', type: 'text' },
      ],
    ],
  ] as const
  for (const [type, selector, fields] of schemas)
    await db.query('INSERT INTO tenure.attribute_schemas VALUES ($1, $2, $3, $4, $5)', [
      newKey(),
      project,
      type,
      selector,
      JSON.stringify(fields),
    ])
}

async function addParties(db: Queryable, project: string): Promise<readonly string[]> {
  const parties = [
    ['Ana', 'IN', { phone: '+44 20', age: 33 }],
    ['Ana', 'IN', {}],
    ['Ministry, "of" Land\nand Water', 'CO', { phone: null, note: '' }],
    ['=cmd()', 'GR', { members: ['a;b', 'c\\', ''], nested: { deep: [1, null] } }],
  ] as const
  return inserted(parties, (id, [name, type, attributes]) =>
    db.query('INSERT INTO tenure.parties VALUES ($1, $2, $3, $4, $5)', [
      id,
      project,
      name,
      type,
      JSON.stringify(attributes),
    ]),
  )
}

async function addLocations(db: Queryable, project: string): Promise<readonly string[]> {
  const locations = [
    ['PA', 'POLYGON((0 0, 0 1, 1 1, 1 0, 0 0))', 12.5, { quality: '-5' }],
    ['PA', 'MULTIPOLYGON(((0 0, 0 1, 1 1, 1 0, 0 0)), ((5 5, 5 6, 6 6, 5 5)))', 0.1, {}],
    ['AP', 'POINT(0.1 51.5)', null, { quality: "'quoted" }],
    ['AP', 'MULTIPOINT((1 2), (3 4))', null, {}],
    ['RW', 'LINESTRING(0 0, 1 1)', null, {}],
    ['RW', 'MULTILINESTRING((0 0, 1 1), (2 2, 3 3))', null, {}],
    ['MI', 'GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))', null, {}],
    ['NP', null, 1e-7, { quality: '' }],
  ] as const
  return inserted(locations, (id, [type, wkt, area, attributes]) =>
    db.query('INSERT INTO tenure.locations VALUES ($1, $2, $3, ST_GeomFromText($4, 4326), $5, $6)', [
      id,
      project,
      type,
      wkt,
      area,
      JSON.stringify(attributes),
    ]),
  )
}

async function addRelationships(
  db: Queryable,
  project: string,
  parties: readonly string[],
  locations: readonly string[],
): Promise<readonly string[]> {
  const relationships = [
    [0, 0, 'FH', { since: 1999 }],
    [2, 1, 'LH', {}],
    [3, 7, 'CU', { since: 'long ago' }],
  ] as const
  return inserted(relationships, (id, [party, location, type, attributes]) =>
    db.query('INSERT INTO tenure.tenure_relationships VALUES ($1, $2, $3, $4, $5, $6)', [
      id,
      project,
      parties[party],
      locations[location],
      type,
      JSON.stringify(attributes),
    ]),
  )
}

/** A deed about everything, one of an archived resource, one without a file. */
async function addResources(
  db: Queryable,
  project: string,
  targets: Readonly<Record<string, readonly string[]>>,
  files: ResourceFiles | undefined,
): Promise<void> {
  const resources = [
    ['Deed', 'deed.pdf', 'the deed', 1, false],
    ['Deed', '../con.txt', '', 2, false],
    ['Lost', null, null, null, false],
    ['Old', 'old.pdf', 'of old', 1, true],
  ] as const
  for (const [name, original, bytes, contributor, archived] of resources) {
    const id = newKey()
    const artifact = files && bytes !== null ? `originals/${id}` : null
    if (artifact) await files?.put(artifact, chunks(bytes ?? ''))
    await db.query('INSERT INTO tenure.resources VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
      id,
      project,
      name,
      null,
      original,
      artifact,
      contributor,
      archived,
    ])
    for (const [kind, ids] of Object.entries(targets))
      if (original !== '../con.txt')
        await db.query('INSERT INTO tenure.resource_links VALUES ($1, $2, $3)', [id, kind, ids[0]])
  }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  for (const character of text) yield Buffer.from(character)
}

async function inserted<T>(
  rows: readonly T[],
  insert: (id: string, row: T) => Promise<unknown>,
): Promise<readonly string[]> {
  const ids: string[] = []
  for (const row of rows) {
    const id = newKey()
    await insert(id, row)
    ids.push(id)
  }
  return ids
}
