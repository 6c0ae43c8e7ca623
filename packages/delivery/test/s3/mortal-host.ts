import { createPiecework, fileArtifacts, type Piecework } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import type { HttpsPeer } from '@piecework/test-support'
import pg from 'pg'
import { noise } from '../support/noise.js'
import { mebibyte, targetFor } from './support.js'

export interface Place {
  readonly database: string
  /** Of artifacts. */
  readonly folder: string
  readonly ca: string
  readonly credential: unknown
}

export const parts = 8

export function s3Host({ database, folder, ca, credential }: Place): {
  readonly piecework: Piecework
  stop(): Promise<void>
} {
  const pool = new pg.Pool({ connectionString: database, max: 4 }).on('error', () => {})
  const settings: HttpsPeer['settings'] = {
    ca,
    allowNetworks: ['127.0.0.0/8'],
    lookup: async () => ['127.0.0.1'],
  }
  const piecework = createPiecework({
    packs: [noise(parts * 5 * mebibyte - 100_000)],
    store: postgresStore({ database: fromPg(pool), leaseMs: 2000 }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 2 }),
    targets: [targetFor({ settings }, credential)],
    heartbeatMs: 200,
    sweepMs: 400,
    backoffMs: 50,
  })
  return {
    piecework,
    stop: async () => {
      await piecework.stop()
      await pool.end()
    },
  }
}
