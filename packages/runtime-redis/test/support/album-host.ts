import { join } from 'node:path'
import { createPiecework, fileArtifacts, folderTarget, type Piecework } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { redisRuntime } from '@piecework/runtime-redis'
import pg from 'pg'
import { albums } from './albums.js'

/** Where processes that share their work find each other. */
export interface Place {
  readonly database: string
  readonly redis: string
  readonly folder: string
}

/** Below the folder of the place. */
export const deliveredTo = (folder: string): string => join(folder, 'delivered')

export interface AlbumHost {
  readonly piecework: Piecework
  readonly pool: pg.Pool
  stop(): Promise<void>
}

/** One process's Piecework, not started: it can be asked, and follows what others do. */
export function albumHost({ database, redis, folder }: Place): AlbumHost {
  const [pool, control] = [4, 3].map((max) => {
    const made = new pg.Pool({ connectionString: database, max })
    // A connection that is ended on purpose is no news.
    return made.on('error', () => {})
  }) as [pg.Pool, pg.Pool]
  const piecework = createPiecework({
    packs: [albums],
    store: postgresStore({ database: fromPg(pool), control: fromPg(control), leaseMs: 1500 }),
    artifacts: fileArtifacts(folder),
    targets: [folderTarget({ root: deliveredTo(folder) })],
    runtime: redisRuntime({ connection: redis, concurrency: 1, onError: () => {} }),
    heartbeatMs: 200,
    sweepMs: 300,
    resubmitAfterMs: 3000,
    backoffMs: 50,
    // Workers are killed on purpose here, and some tasks are unlucky.
    maxAttempts: 20,
    deliveryAttempts: 20,
  })
  piecework.events.on('error', () => {})
  return {
    piecework,
    pool,
    stop: async () => {
      await piecework.stop({ drainMs: 5000 })
      await Promise.all([pool.end(), control.end()])
    },
  }
}
