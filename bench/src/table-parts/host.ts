import type { Pack, Piecework, ResourceKind } from '@piecework/core'
import type { Runtime } from '@piecework/core/store'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { Pool } from 'pg'
import { timed } from '../measure.js'
import { withHost } from '../planning/host.js'

export const site = { kind: 'site', id: '00000000-0000-4000-8000-000000000001' }
export const principal = { id: 'bench' }

const plots = 1000

const schema = `
  CREATE TABLE sites (id uuid PRIMARY KEY, ready boolean NOT NULL);
  CREATE TABLE plots (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), site_id uuid NOT NULL REFERENCES sites ON DELETE CASCADE, number int NOT NULL);
  CREATE TABLE readings (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL REFERENCES sites ON DELETE CASCADE,
    plot_id uuid NOT NULL REFERENCES plots ON DELETE CASCADE,
    number bigint NOT NULL,
    value double precision NOT NULL
  );
  CREATE INDEX ON plots (site_id);
  CREATE INDEX ON readings (plot_id);
  CREATE INDEX ON readings (site_id, number, id);`

const kind: ResourceKind = {
  kind: 'site',
  table: 'sites',
  describe: async ({ id }, db) => {
    const { rows } = await db.query<{ name: string }>('SELECT id::text AS name FROM sites WHERE id = $1', [
      id,
    ])
    return rows[0]
  },
  shell: {
    create: async ({ ref }, tx) => void (await tx.query('INSERT INTO sites VALUES ($1, false)', [ref.id])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE sites SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM sites WHERE id = $1', [id])),
  },
}

const packOf = (partRows: number | undefined): Pack => ({
  name: 'bench',
  kinds: [kind],
  pieces: [
    tablePiece({
      name: 'site/readings',
      of: 'site',
      version: 1,
      tables: [
        { table: 'plots', owner: 'site_id', order: ['number'] },
        { table: 'readings', owner: 'site_id', order: ['number'], references: { plot_id: 'plots' } },
      ],
      ...(partRows !== undefined && { partRows }),
    }),
  ],
})

/** Makes all tables, and the rows. Resolves to the seconds that these took. */
export async function fillSite(url: string, rows: number): Promise<number> {
  const pool = new Pool({ connectionString: url, max: 1 })
  try {
    // Rows whose commit may not have reached the disk are not known as visible to all, and each would be looked up.
    await pool.query('SET synchronous_commit = on')
    await postgresStore({ database: fromPg(pool) }).migrate()
    await pool.query(schema)
    if (rows === 0) return 0
    return await timed(async () => {
      await pool.query('INSERT INTO sites VALUES ($1, true)', [site.id])
      await pool.query(
        'INSERT INTO plots (site_id, number) SELECT $1, n FROM generate_series(1, $2::int) n',
        [site.id, plots],
      )
      await pool.query(
        `INSERT INTO readings (site_id, plot_id, number, value)
         SELECT $1, p.id, n, random() FROM generate_series(1, $2::int) n JOIN plots p ON p.number = n % $3::int + 1`,
        [site.id, rows, plots],
      )
      await pool.query('VACUUM ANALYZE')
    })
  } finally {
    await pool.end()
  }
}

export interface HostOptions {
  readonly url: string
  /** Of artifacts. */
  readonly folder: string
  /** Rows of a part; absent: whole. */
  readonly partRows?: number
}

/** Runs `work` with a Piecework of this process. */
export const withSite = <T>(
  { url, folder, partRows }: HostOptions,
  runtime: Runtime,
  work: (piecework: Piecework) => Promise<T>,
): Promise<T> => withHost(url, folder, work, [packOf(partRows)], runtime)
