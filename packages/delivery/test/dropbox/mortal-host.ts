import { createHash } from 'node:crypto'
import { createPiecework, fileArtifacts, type Pack, type Piecework } from '@piecework/core'
import { dropboxTarget } from '@piecework/delivery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'
import { appKey } from '../support/dropbox-stand-in.js'

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

const noise: Pack = {
  name: 'noise',
  kinds: [{ kind: 'noise', table: 'noise', key: 'nanoid', describe: async ({ id }) => ({ name: id }) }],
  pieces: [
    {
      contract: 1,
      name: 'noise/bytes',
      of: 'noise',
      version: 1,
      exportOnly: true,
      exporter: {
        export: async ({ write }) => {
          await write('noise.bin', bytes())
          return { rows: 0 }
        },
      },
    },
  ],
}

/** What no zip makes smaller. */
async function* bytes(): AsyncGenerator<Uint8Array> {
  let block: Uint8Array = new Uint8Array()
  for (let at = 0; at < exportedBytes; at += 1_000_000) {
    const hashes: Uint8Array[] = []
    for (let size = 0; size < 1_000_000; size += 64) {
      block = createHash('sha512').update(block).update('noise').digest()
      hashes.push(block)
    }
    yield Buffer.concat(hashes, 1_000_000)
  }
}

export function dropboxHost({ database, folder, address, refreshToken }: Place): {
  readonly piecework: Piecework
  stop(): Promise<void>
} {
  const pool = new pg.Pool({ connectionString: database, max: 4 }).on('error', () => {})
  const credentials = { open: async () => ({ refreshToken }), revoked: async () => {} }
  const api = { api: address, content: address }
  const piecework = createPiecework({
    packs: [noise],
    store: postgresStore({ database: fromPg(pool), leaseMs: 500 }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 2 }),
    targets: [dropboxTarget({ credentials, appKey, api, chunkBytes })],
    heartbeatMs: 100,
    sweepMs: 100,
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
