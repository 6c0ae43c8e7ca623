import { tenureMigrations } from '@piecework/pieces-tenure'
import { fromPg, migrate } from '@piecework/postgres'
import { Pool } from 'pg'

/** 24 characters, as all keys of tenure projects. */
export const projectId = 'bench'.padEnd(24, '0')

const filler = (kind: string) => `'${kind}' || lpad(n::text, 21, '0')`

/** One project: locations that are polygons with three attributes, as many parties, and resources with a file each. */
export async function fillProject(url: string, locations: number, files: number): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  try {
    await migrate(fromPg(pool), tenureMigrations)
    await pool.query(`INSERT INTO tenure.users (id, username) OVERRIDING SYSTEM VALUE VALUES (1, 'ana')`)
    await pool.query(`INSERT INTO tenure.organizations VALUES ($1, 'bench', 'Bench')`, [projectId])
    await pool.query(
      `INSERT INTO tenure.projects (id, organization_id, slug, name, owner_id) VALUES ($1, $1, 'bench', 'Bench', 1)`,
      [projectId],
    )
    await pool.query(
      `INSERT INTO tenure.locations SELECT ${filler('loc')}, $1, 'PA',
         ST_MakeEnvelope(n % 700 * 0.001, n / 700 * 0.001, n % 700 * 0.001 + 0.0007, n / 700 * 0.001 + 0.0008, 4326),
         n * 0.37, jsonb_build_object('quality', 'good ' || n % 17, 'storeys', n % 5, 'note', 'Parcel ' || n || ' of the street')
       FROM generate_series(1, $2::int) AS n`,
      [projectId, locations],
    )
    await pool.query(
      `INSERT INTO tenure.parties SELECT ${filler('pty')}, $1, 'Person ' || n, 'IN', '{}' FROM generate_series(1, $2::int) AS n`,
      [projectId, Math.ceil(locations / 10)],
    )
    await pool.query(
      `INSERT INTO tenure.resources (id, project_id, name, original_file, artifact)
       SELECT ${filler('res')}, $1, 'Photo ' || n, 'photo.jpg', 'photos/' || n FROM generate_series(1, $2::int) AS n`,
      [projectId, files],
    )
    await pool.query('VACUUM ANALYZE')
  } finally {
    await pool.end()
  }
}
