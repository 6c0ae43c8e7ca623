import { once } from 'node:events'
import { createPiecework, memoryArtifacts, type Piecework, type PieceworkOptions } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'

/**
 * How a process does its work: it waits until it is told to end, goes on for ever without looking, or is done
 * at once.
 */
export type Manner = 'waits' | 'hangs' | 'is quick'

export interface WaitingHost {
  readonly piecework: Piecework
  stop(): Promise<void>
}

export const leaseMs = 3000

/** One process's Piecework, not started. `tell` hears of what its piece does. */
export function waitingHost(
  url: string,
  manner: Manner,
  tell: (what: 'begun' | 'aborted') => void = () => {},
  options: Partial<PieceworkOptions> = {},
): WaitingHost {
  const [pool, control] = [3, 3].map((max) => new pg.Pool({ connectionString: url, max })) as [
    pg.Pool,
    pg.Pool,
  ]
  for (const each of [pool, control]) each.on('error', () => {})
  const piecework = createPiecework({
    packs: [
      {
        name: 'waiting',
        kinds: [
          {
            kind: 'project',
            table: 'projects',
            describe: async ({ id }) => ({ name: id }),
          },
        ],
        pieces: [
          {
            contract: 1,
            name: 'waiting/piece',
            of: 'project',
            version: 1,
            exportOnly: true,
            exporter: {
              export: async ({ tx, signal, progress }) => {
                progress(40, 100)
                await tx.query('SELECT')
                tell('begun')
                if (manner === 'waits') {
                  signal.addEventListener('abort', () => tell('aborted'))
                  if (!signal.aborted) await once(signal, 'abort')
                }
                // Nothing else runs in this process any more, its heart neither.
                if (manner === 'hangs') for (;;);
                return { rows: 0 }
              },
            },
          },
        ],
      },
    ],
    store: postgresStore({ database: fromPg(pool), control: fromPg(control), leaseMs }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    sweepMs: 200,
    ...options,
  })
  return {
    piecework,
    stop: async () => {
      await piecework.stop()
      await Promise.all([pool.end(), control.end()])
    },
  }
}
