import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Pool } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

/** The same CSV files by PostgreSQL's own COPY. */
export async function copiedTo(pool: Pool, project: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const attributes = ['note', 'quality', 'storeys'].map((name) => `attributes->>'${name}' AS ${name}`)
  const tables = {
    locations: ['id', 'type', 'area', 'ST_AsEWKT(geom) AS geometry', ...attributes],
    parties: ['id', 'name', 'type'],
  }
  const client = await pool.connect()
  try {
    for (const [name, columns] of Object.entries(tables)) {
      const rows = `SELECT ${columns.join(', ')} FROM tenure.${name} WHERE project_id = '${project}' ORDER BY id`
      const copied = client.query(copyTo(`COPY (${rows}) TO STDOUT WITH (FORMAT csv, HEADER)`))
      await pipeline(copied, createWriteStream(join(folder, `${name}.csv`)))
    }
  } finally {
    client.release()
  }
}
