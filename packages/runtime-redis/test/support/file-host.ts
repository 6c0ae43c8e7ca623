import {
  createPiecework,
  fileArtifacts,
  folderFiles,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import type { FileStore, Piece } from '@piecework/core/piece'
import type { Store } from '@piecework/core/store'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import pg from 'pg'

export interface FilePlace {
  readonly database: string
  readonly redis?: string
  /** Of the host's files. */
  readonly files: string
  readonly artifacts: string
}

export interface FileHostOptions {
  /** The last piece fails. */
  readonly breaks?: boolean
  /** Stands in the place of the host's files. Without `copy`, so that bytes go through the process. */
  readonly files?: (store: FileStore) => FileStore
  readonly store?: (store: Store) => Store
  /** Looks for what is left behind all the time. */
  readonly sweeps?: boolean
}

export const fileTables = `
  CREATE TABLE albums (id uuid PRIMARY KEY, ready boolean NOT NULL DEFAULT true);
  CREATE TABLE photos (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
    n int NOT NULL,
    file text NOT NULL UNIQUE
  )`

const kind: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) => {
    const { rows } = await db.query('SELECT FROM albums WHERE id = $1 AND ready', [id])
    return rows.length === 0 ? undefined : { name: 'Album' }
  },
  shell: {
    create: async ({ ref }, tx) =>
      void (await tx.query('INSERT INTO albums VALUES ($1, false) ON CONFLICT DO NOTHING', [ref.id])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
  },
}

const photos = (store: FileStore): Piece =>
  tablePiece({
    name: 'album/photos',
    of: 'album',
    version: 1,
    tables: [{ table: 'photos', owner: 'album_id', order: ['n'], files: { file: { store } } }],
  })

const last = (breaks: boolean): Piece => ({
  contract: 1,
  name: 'album/last',
  of: 'album',
  version: 1,
  after: ['album/photos'],
  exporter: { export: async () => ({ rows: 0 }) },
  importer: {
    import: async () => {
      if (breaks) throw new Error('the last piece breaks')
      return { rows: 0 }
    },
  },
})

export function fileHost(
  { database, redis, files, artifacts }: FilePlace,
  {
    breaks = false,
    files: given = (store) => store,
    store: changed = (store) => store,
    sweeps = false,
  }: FileHostOptions = {},
): { readonly piecework: Piecework; readonly pool: pg.Pool; stop(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: database, max: 5 }).on('error', () => {})
  const { copy: _, ...read } = folderFiles(files)
  const piecework = createPiecework({
    packs: [{ name: 'albums', kinds: [kind], pieces: [photos(given(read)), last(breaks)] }],
    store: changed(postgresStore({ database: fromPg(pool), leaseMs: 1500 })),
    artifacts: fileArtifacts(artifacts),
    runtime:
      redis === undefined
        ? inProcess({ concurrency: 1, onError: () => {} })
        : redisRuntime({ connection: redis, concurrency: 1, onError: () => {} }),
    heartbeatMs: 200,
    sweepMs: 200,
    ...(sweeps && { orphanSweepMs: 300 }),
    resubmitAfterMs: 2000,
    backoffMs: 50,
    maxAttempts: 3,
  })
  piecework.events.on('error', () => {})
  return {
    piecework,
    pool,
    stop: async () => {
      await piecework.stop({ drainMs: 5000 })
      await pool.end()
    },
  }
}
