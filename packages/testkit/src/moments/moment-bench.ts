import assert from 'node:assert/strict'
import type { Lease, Moments } from '@piecework/core/store'
import { type JobBench, jobBench } from '../jobs/job-bench.js'
import type { SampleJob } from '../jobs/sample-job.js'
import type { MomentLawsOptions } from './moment-laws-options.js'

/** What a node has read: the number at the beginning and at the end of its transaction, and its moment. */
type Reading = readonly [before: number, after: number, moment: number | undefined]

/** One process: it reads as its nodes do. */
interface Reader {
  readonly moments: Moments
  /** `meanwhile` comes between the two looks at the number. */
  read(lease: Lease, meanwhile?: () => Promise<unknown>): Promise<Reading>
}

/** Two processes that read for the exports of one store. */
export interface MomentBench {
  readonly one: Reader
  readonly other: Reader
  add(sample: SampleJob): Promise<JobBench>
  write(): Promise<void>
  /** The number, by itself. */
  now(): Promise<number>
  /** All that the processes hold is gone. */
  lose(): Promise<void>
}

/** What the processes hold is let go at the end. */
export async function withReaders(
  { make, write, read }: MomentLawsOptions,
  use: (bench: MomentBench) => Promise<void>,
): Promise<void> {
  const stores = await make()
  const [one, other] = stores.map((store): Reader => {
    const moments = store.moments ?? assert.fail('the store has no moments')
    return {
      moments,
      read: async (lease, meanwhile) => {
        const { value, moment } = await moments.read(
          lease,
          async (tx) => {
            const before = await read(tx)
            await meanwhile?.()
            return [before, await read(tx)] as const
          },
          { signal: new AbortController().signal },
        )
        return [...value, moment]
      },
    }
  })
  const [store] = stores
  if (!one || !other) assert.fail('there are no two processes')
  const lose = async (): Promise<void> => {
    for (const { moments } of [one, other]) await moments.release()
  }
  try {
    await use({
      one,
      other,
      add: (sample) => jobBench(store, sample),
      write: () => write(store),
      now: () => store.database.transaction(read),
      lose,
    })
  } finally {
    await lose()
  }
}
