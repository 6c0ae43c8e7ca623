import { createPiecework, memoryArtifacts, type ResourceRef } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'
import { integerPack } from './support.js'

/** A process of the host that claims what it is told to, under the spelling that it is given. */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 2 })
const piecework = createPiecework({
  packs: [integerPack],
  store: postgresStore({ database: fromPg(pool) }),
  artifacts: memoryArtifacts(),
  runtime: inProcess(),
})
process.on('message', async (ref: ResourceRef | 'release' | 'end') => {
  if (ref === 'end') {
    await pool.end()
    process.disconnect()
    return
  }
  const told =
    ref === 'release'
      ? await piecework.guard.release('there').then(() => 'released')
      : await piecework.guard.claim([ref], { id: 'there', kind: 'solver' }).then(
          () => 'claimed',
          (error: { readonly code?: string }) => error.code,
        )
  process.send?.(told)
})
process.send?.('ready')
