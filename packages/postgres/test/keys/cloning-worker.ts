import { createPiecework, memoryArtifacts } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'
import { cloneOf, slugPack, wholePack } from './support.js'

/** A process that clones a shelf and sends what came of it, or dies at a certain place. */
export interface Cloning {
  readonly url: string
  readonly shelf: string
  readonly leaseMs: number
  /** When a reservation is made and not committed, or when it is committed and not used. */
  readonly dies?: 'reserving' | 'reserved'
  /** Clones `slugs` alone. */
  readonly slugs?: true
}

const { url, shelf, leaseMs, dies, slugs } = JSON.parse(process.argv[2] ?? '') as Cloning
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('The process lives.')
}

const mortal = (store: Store): Store => ({
  ...store,
  keys: {
    ...store.keys,
    add: async (...ranges) => {
      const added = await store.keys.add(...ranges)
      return dies === 'reserving' ? die() : added
    },
  },
  attempts: {
    ...store.attempts,
    begin: async (task, worker) =>
      dies === 'reserved' && task.node.startsWith('clone ') ? die() : store.attempts.begin(task, worker),
  },
})

const pool = new pg.Pool({ connectionString: url, max: 3 })
const piecework = createPiecework({
  packs: [slugs ? slugPack : wholePack],
  store: mortal(postgresStore({ database: fromPg(pool), leaseMs })),
  artifacts: memoryArtifacts(),
  runtime: inProcess({ concurrency: 2 }),
  backoffMs: 5,
})
await piecework.start()
process.once('message', async () => {
  const { job } = await (await cloneOf(piecework, shelf)).ended()
  process.send?.({ outcome: job.outcome, id: job.result.resource?.id, error: job.error })
  await piecework.stop()
  await pool.end()
  process.disconnect()
})
process.send?.('ready')
