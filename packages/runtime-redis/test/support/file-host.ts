import { setTimeout as sleep } from 'node:timers/promises'
import {
  createPiecework,
  folderFiles,
  memoryArtifacts,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import type { FileStore, Piece } from '@piecework/core/piece'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import pg from 'pg'

export interface FilePlace {
  readonly database: string
  readonly redis?: string
  /** Of the host's files. */
  readonly files: string
}

/** Where a process dies at the second file. */
export type Death = 'before it is put' | 'while it is put' | 'after it was put'

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
  importer: { import: async () => ({ rows: 0 }) },
  cloner: {
    clone: async () => {
      if (breaks) throw new Error('the last piece breaks')
      return { rows: 0 }
    },
  },
})

/** Without `copy`, so that bytes go through the process. */
function mortal({ open, put, delete: remove }: FileStore, death: Death): FileStore {
  let puts = 0
  const die = async (): Promise<void> => {
    process.kill(process.pid, 'SIGKILL')
    await sleep(60_000)
  }
  return {
    open,
    delete: remove,
    put: async (key, bytes, signal) => {
      puts += 1
      if (puts < 2) return put(key, bytes, signal)
      if (death === 'before it is put') await die()
      const dying = async function* () {
        for await (const chunk of bytes) {
          yield chunk
          if (death === 'while it is put') await die()
        }
      }
      await put(key, dying(), signal)
      await die()
    },
  }
}

export function fileHost(
  { database, redis, files }: FilePlace,
  { death, breaks = false }: { readonly death?: Death; readonly breaks?: boolean },
): { readonly piecework: Piecework; readonly pool: pg.Pool; stop(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: database, max: 5 }).on('error', () => {})
  const store = folderFiles(files)
  const piecework = createPiecework({
    packs: [
      { name: 'albums', kinds: [kind], pieces: [photos(death ? mortal(store, death) : store), last(breaks)] },
    ],
    store: postgresStore({ database: fromPg(pool), leaseMs: 1500 }),
    artifacts: memoryArtifacts(),
    runtime:
      redis === undefined
        ? inProcess({ concurrency: 1, onError: () => {} })
        : redisRuntime({ connection: redis, concurrency: 1, onError: () => {} }),
    heartbeatMs: 200,
    sweepMs: 200,
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
