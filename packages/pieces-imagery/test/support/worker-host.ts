import { createPiecework, fileArtifacts, folderTarget, type Piecework } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { type Gdal, type ImageryExports, imagery, imageryExports } from '@piecework/pieces-imagery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { redisRuntime } from '@piecework/runtime-redis'
import pg from 'pg'
import { everybody } from './imagery-host.js'

/** Where processes that share their work find each other. */
export interface Place {
  readonly database: string
  readonly redis: string
  readonly folder: string
  readonly gdal: Gdal
}

/** Side of a window: tools must have tiles of 128 pixels. */
const windowPixels = 1024

export interface WorkerHost {
  readonly piecework: Piecework
  readonly exports: ImageryExports
  readonly database: Database
  readonly files: ReturnType<typeof fileArtifacts>
  readonly artifacts: ReturnType<typeof fileArtifacts>
  stop(): Promise<void>
}

/** One process's host, not started: it can be asked, and follows what others do. */
export function workerHost({ database: url, redis, folder, gdal }: Place): WorkerHost {
  const [pool, control] = [4, 3].map((max) =>
    new pg.Pool({ connectionString: url, max }).on('error', () => {}),
  ) as [pg.Pool, pg.Pool]
  const database = fromPg(pool)
  const files = fileArtifacts(`${folder}/scenes`)
  const artifacts = fileArtifacts(`${folder}/artifacts`)
  const options = { files, access: everybody, gdal, windowPixels }
  const piecework = createPiecework({
    packs: [imagery(options)],
    store: postgresStore({ database, control: fromPg(control), leaseMs: 1500 }),
    artifacts,
    targets: [folderTarget({ root: `${folder}/delivered` })],
    runtime: redisRuntime({ connection: redis, concurrency: 1, onError: () => {} }),
    heartbeatMs: 200,
    sweepMs: 500,
    resubmitAfterMs: 1000,
    backoffMs: 50,
    maxAttempts: 20,
  })
  piecework.events.on('error', () => {})
  return {
    piecework,
    exports: imageryExports({ ...options, piecework, database }),
    database,
    files,
    artifacts,
    stop: async () => {
      await piecework.stop({ drainMs: 5000 })
      await Promise.all([pool.end(), control.end()])
    },
  }
}
