import type { Database } from '@piecework/core'
import type { ResourceFiles } from '@piecework/pieces-tenure'
import { type Random, seededRandom } from '../sample/random.js'

/** Parcels along a street, on its two sides. */
const perStreet = 40
const metres = 1 / 111_320

interface Sample {
  readonly organization: string
  readonly project: string
}

/**
 * A made-up project, the same for the same seed: blocks of parcels with their streets, people, companies and groups that
 * hold them, and deeds as files.
 */
export async function addSampleProject(
  db: Database,
  files: ResourceFiles,
  { parcels, seed }: { readonly parcels: number; readonly seed: number },
): Promise<Sample> {
  const random = seededRandom(seed)
  const [organization, project] = [key('org', 0), key('prj', 0)]
  await db.query(`INSERT INTO tenure.users (id, username) OVERRIDING SYSTEM VALUE VALUES (1, 'ana')`)
  await db.query(`INSERT INTO tenure.organizations VALUES ($1, 'sample', 'Sample office')`, [organization])
  await db.query(
    `INSERT INTO tenure.projects (id, organization_id, slug, name, description, country, extent, owner_id)
     VALUES ($1, $2, 'sample-town', 'Sample town', 'Made up by a seeded generator: no such place exists.', 'XX',
       ST_MakeEnvelope(10, 50, 11, 51, 4326), 1)`,
    [project, organization],
  )
  const schemas = [
    [
      'party',
      'IN',
      [
        { name: 'born', type: 'integer' },
        { name: 'phone', type: 'text' },
      ],
    ],
    ['party', 'GR', [{ name: 'members', type: 'select_multiple' }]],
    [
      'location',
      null,
      [
        { name: 'land_use', type: 'select_one' },
        { name: 'storeys', type: 'integer' },
      ],
    ],
  ] as const
  await insert(
    db,
    'attribute_schemas',
    project,
    'content_type text, selector text, fields jsonb',
    schemas.map(([content_type, selector, fields], at) => ({
      id: key('sch', at),
      content_type,
      selector,
      fields,
    })),
  )
  const parties = Array.from({ length: Math.ceil(parcels * 0.6) }, (_, at) => partyOf(at, random))
  await insert(db, 'parties', project, 'name text, type text, attributes jsonb', parties)
  const locations: Location[] = Array.from({ length: parcels }, (_, at) => parcelOf(at, random))
  for (let street = 0; street * perStreet < parcels; street++) locations.push(streetOf(street))
  await insert(db, 'locations', project, 'type text, geom text, area float8, attributes jsonb', locations)
  const held = locations.filter(({ type }) => type !== 'RW').filter(() => random() < 0.9)
  const relationships = held.map(({ id }, at) => ({
    id: key('rel', at),
    party_id: parties[Math.floor(random() * parties.length)]?.id,
    location_id: id,
    tenure_type: random() < 0.7 ? 'FH' : 'LH',
    attributes: { since: 1950 + Math.floor(random() * 70) },
  }))
  await insert(
    db,
    'tenure_relationships',
    project,
    'party_id text, location_id text, tenure_type text, attributes jsonb',
    relationships,
  )
  await addDeeds(db, files, project, relationships.slice(0, 25))
  return { organization, project }
}

type Row = Readonly<Record<string, unknown>> & { readonly id: string }

type Location = Row & { readonly type: string; readonly geom: string | null }

/** 24 characters, as all keys of these tables. */
const key = (kind: string, at: number): string => `${kind}${String(at).padStart(21, '0')}`

function partyOf(at: number, random: Random) {
  const id = key('pty', at)
  const kind = random()
  if (kind < 0.85)
    return {
      id,
      name: `Person ${at}`,
      type: 'IN',
      attributes: { born: 1940 + Math.floor(random() * 65), ...(random() < 0.5 && { phone: `+99 ${at}` }) },
    }
  if (kind < 0.95) return { id, name: `Company "${at}", Ltd.`, type: 'CO', attributes: { registered: true } }
  return { id, name: `Family ${at}`, type: 'GR', attributes: { members: [`Elder ${at}`, `Heir; ${at}`] } }
}

/** Rectangles of uneven width, back to back in blocks between two streets; one in fifty was never drawn. */
function parcelOf(at: number, random: Random) {
  const [street, place] = [Math.floor(at / perStreet), at % perStreet]
  const [row, side] = [Math.floor(place / 2), place % 2]
  const [width, depth] = [18 + random() * 4, 28 + random() * 4]
  const [x, y] = [
    10.2 + ((street % 10) * 500 + row * 24) * metres,
    50.2 + (Math.floor(street / 10) * 90 + side * 40) * metres,
  ]
  const corners = [
    [x, y],
    [x + width * metres, y],
    [x + width * metres, y + depth * metres],
    [x, y + depth * metres],
    [x, y],
  ]
  const drawn = random() < 0.98
  return {
    id: key('loc', at),
    type: 'PA',
    geom: drawn ? `POLYGON((${corners.map(written).join(', ')}))` : null,
    area: drawn ? Math.round(width * depth * 100) / 100 : null,
    attributes: { land_use: random() < 0.8 ? 'housing' : 'trade', storeys: 1 + Math.floor(random() * 4) },
  }
}

function streetOf(street: number) {
  const [x, y] = [10.2 + (street % 10) * 500 * metres, 50.2 + (Math.floor(street / 10) * 90 + 34) * metres]
  const line = `LINESTRING(${written([x, y])}, ${written([x + 480 * metres, y])})`
  return { id: key('str', street), type: 'RW', geom: line, area: null, attributes: {} }
}

const written = (corner: readonly number[]): string => corner.map((value) => value.toFixed(7)).join(' ')

/** `columns`: those of the rows beside `id`, with their types. */
async function insert(
  db: Database,
  table: string,
  project: string,
  columns: string,
  rows: readonly Row[],
): Promise<void> {
  const names = columns.split(', ').map((column) => column.split(' ')[0] ?? '')
  const values = names.map((name) => (name === 'geom' ? 'ST_GeomFromText(geom, 4326)' : name))
  await db.query(
    `INSERT INTO tenure.${table} (id, project_id, ${names}) SELECT id, $1, ${values}
     FROM jsonb_to_recordset($2::text::jsonb) AS given (id text, ${columns})`,
    [project, JSON.stringify(rows)],
  )
}

async function addDeeds(
  db: Database,
  files: ResourceFiles,
  project: string,
  relationships: readonly Row[],
): Promise<void> {
  for (const [at, { id: relationship }] of relationships.entries()) {
    const id = key('res', at)
    await files.put(`originals/${id}`, textOf(`Deed ${at} of a made-up town.\n`.repeat(1 + at * 50)))
    await db.query(
      `INSERT INTO tenure.resources (id, project_id, name, original_file, artifact, contributor_id)
       VALUES ($1, $2, $3, 'deed.txt', $4, 1)`,
      [id, project, `Deed ${at}`, `originals/${id}`],
    )
    await db.query(`INSERT INTO tenure.resource_links VALUES ($1, 'relationship', $2)`, [id, relationship])
  }
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
