import { tenureMigrations } from '@piecework/pieces-tenure'
import { fromPg, migrate } from '@piecework/postgres'
import { Pool } from 'pg'

/** 24 characters, as all keys of tenure projects. */
const key = (name: string): string => name.padEnd(24, '0')

export const organizationId = key('bench')

export interface BenchProject {
  readonly id: string
  /** Before the numbers of its rows: three characters for each table. */
  readonly prefix: string
  readonly locations: number
  readonly parties: number
  readonly relationships: number
  readonly files: number
  /** Of each location: `polygon` is there. */
  readonly geometry: 'polygon' | 'ST_ForceCollection(polygon)'
}

/** Polygons with a tenth as many parties, for outputs. */
export const outputProject = (locations: number, files: number): BenchProject => ({
  id: key('outputs'),
  prefix: 'o',
  locations,
  parties: Math.ceil(locations / 10),
  relationships: 0,
  files,
  geometry: 'polygon',
})

/** Geometry collections, which no shapefile holds: their export has CSV files alone. */
export const csvProject = (locations: number): BenchProject => ({
  ...outputProject(locations, 0),
  id: key('csv'),
  prefix: 'c',
  geometry: 'ST_ForceCollection(polygon)',
})

/** As many parties and relationships as locations, for imports. */
export const importProject = (locations: number): BenchProject => ({
  ...outputProject(locations, 0),
  id: key('imports'),
  prefix: 'i',
  parties: locations,
  relationships: locations,
})

/** The tables, a user and an organization with these projects. */
export async function fillProjects(url: string, projects: readonly BenchProject[]): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  try {
    await migrate(fromPg(pool), tenureMigrations)
    await pool.query(`INSERT INTO tenure.users (id, username) OVERRIDING SYSTEM VALUE VALUES (1, 'ana')`)
    await pool.query(`INSERT INTO tenure.organizations VALUES ($1, 'bench', 'Bench')`, [organizationId])
    for (const project of projects) await fillProject(pool, project)
    await pool.query('VACUUM ANALYZE')
  } finally {
    await pool.end()
  }
}

/** Locations have three attributes, resources a file each. */
async function fillProject(
  pool: Pool,
  { id, prefix, locations, parties, relationships, files, geometry }: BenchProject,
): Promise<void> {
  const keyOf = (table: string, n = 'n'): string => `'${prefix}${table}' || lpad((${n})::text, 21, '0')`
  const insert = (sql: string, count: number, ...more: readonly unknown[]) =>
    pool.query(`INSERT INTO tenure.${sql}`, [id, count, ...more])
  await pool.query(
    `INSERT INTO tenure.projects (id, organization_id, slug, name, owner_id) VALUES ($1, $2, $1, 'Bench', 1)`,
    [id, organizationId],
  )
  await insert(
    `locations SELECT ${keyOf('lo')}, $1, 'PA', ${geometry},
       n * 0.37, jsonb_build_object('quality', 'good ' || n % 17, 'storeys', n % 5, 'note', 'Parcel ' || n || ' of the street')
     FROM generate_series(1, $2::int) AS n, LATERAL (SELECT ST_MakeEnvelope(
       n % 700 * 0.001, n / 700 * 0.001, n % 700 * 0.001 + 0.0007, n / 700 * 0.001 + 0.0008, 4326) AS polygon) AS made`,
    locations,
  )
  await insert(
    `parties SELECT ${keyOf('pt')}, $1, 'Person ' || n, 'IN', '{}' FROM generate_series(1, $2::int) AS n`,
    parties,
  )
  await insert(
    `tenure_relationships SELECT ${keyOf('rl')}, $1, ${keyOf('pt', 'n % $3::int + 1')}, ${keyOf('lo', 'n % $4::int + 1')},
       'freehold', '{}' FROM generate_series(1, $2::int) AS n`,
    relationships,
    parties,
    locations,
  )
  await insert(
    `resources (id, project_id, name, original_file, artifact)
     SELECT ${keyOf('rs')}, $1, 'Photo ' || n, 'photo.jpg', 'photos/' || n FROM generate_series(1, $2::int) AS n`,
    files,
  )
}
