import { createPiecework, fileArtifacts, type Piecework } from '@piecework/core'
import { dropboxTarget } from '@piecework/delivery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { appKey } from '@piecework/test-support/fixtures/dropbox-stand-in.js'
import pg from 'pg'
import { noise } from '../support/noise.js'

export interface Place {
  readonly database: string
  /** Of artifacts. */
  readonly folder: string
  /** Of Dropbox. */
  readonly address: string
  readonly refreshToken: string
}

export const chunkBytes = 2 * 1024 ** 2
const exportedBytes = 20_000_000

export function dropboxHost({ database, folder, address, refreshToken }: Place): {
  readonly piecework: Piecework
  stop(): Promise<void>
} {
  const pool = new pg.Pool({ connectionString: database, max: 4 }).on('error', () => {})
  const credentials = { open: async () => ({ refreshToken }), revoked: async () => {} }
  const api = { api: address, content: address }
  const piecework = createPiecework({
    packs: [noise(exportedBytes)],
    store: postgresStore({ database: fromPg(pool), leaseMs: 2000 }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 2 }),
    targets: [dropboxTarget({ credentials, appKey, api, chunkBytes })],
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
