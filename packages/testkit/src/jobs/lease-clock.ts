import { setTimeout as sleep } from 'node:timers/promises'
import type { LawTest } from '../law.js'

const firstMs = 200
const lastMs = 12_800

/** Time for laws that must do something before a lease lapses, and something else after it has. */
export interface LeaseClock {
  /** Of the leases of the law that runs. */
  readonly leaseMs: number
  sleep(ms: number): Promise<void>
  /** A law that fails on a machine that is too slow for its leases is tried again with leases that are longer. */
  readonly test: LawTest
}

export function leaseClock(test: LawTest): LeaseClock {
  let [leaseMs, slept] = [firstMs, 0]
  return {
    get leaseMs() {
      return leaseMs
    },
    sleep: async (ms) => {
      await sleep(ms)
      slept += ms
    },
    test: (title, run) =>
      test(title, async () => {
        for (leaseMs = firstMs; ; leaseMs *= 4) {
          const begun = performance.now()
          slept = 0
          try {
            return await run()
          } catch (error) {
            // Whatever took less than this beside the sleeps cannot have let a lease lapse.
            const lateMs = performance.now() - begun - slept
            if (lateMs < leaseMs / 4 || leaseMs === lastMs) throw error
          }
        }
      }),
  }
}
