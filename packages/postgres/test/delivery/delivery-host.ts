import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, fileArtifacts, folderTarget, type Pack, type Piecework } from '@piecework/core'
import type { Target } from '@piecework/core/piece'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'

const leaseMs = 500

export interface Place {
  readonly database: string
  /** Of artifacts. */
  readonly folder: string
  /** Of what is delivered. */
  readonly root: string
}

/** Where a process dies, as a delivery comes there; `nowhere` goes on to the end. */
export type Death = 'first chunk' | 'later chunk' | 'delivered' | 'nowhere'

const die = async (): Promise<void> => {
  process.kill(process.pid, 'SIGKILL')
  await sleep(60_000)
}

/** Keeps a state, and delivers into a folder in a process that may die. */
function mortal(target: ReturnType<typeof folderTarget>, death: Death): Target {
  return {
    ...target,
    deliver: async (context) => {
      const began = (await context.state.get()) as { readonly began: number } | undefined
      await context.state.put({ began: (began?.began ?? 0) + 1 })
      const { file } = context
      const open = async function* () {
        let chunks = 0
        for await (const chunk of file.open()) {
          chunks += 1
          if ((death === 'first chunk' && chunks === 1) || (death === 'later chunk' && chunks === 3))
            await die()
          yield chunk
        }
      }
      await target.deliver({
        ...context,
        destination: context.destination as object,
        file: { ...file, open },
      })
      if (death === 'delivered') await die()
      return { location: `attempt ${(began?.began ?? 0) + 1}` }
    },
  }
}

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
          await write('noise.bin', randomBytes(400_000))
          return { rows: 0 }
        },
      },
    },
  ],
}

export function deliveryHost(
  { database, folder, root }: Place,
  death: Death,
): { readonly piecework: Piecework; stop(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: database, max: 4 }).on('error', () => {})
  const piecework = createPiecework({
    packs: [noise],
    store: postgresStore({ database: fromPg(pool), leaseMs }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 2 }),
    targets: [mortal(folderTarget({ root }), death)],
    heartbeatMs: 100,
    sweepMs: 100,
  })
  return {
    piecework,
    stop: async () => {
      await piecework.stop()
      await pool.end()
    },
  }
}
