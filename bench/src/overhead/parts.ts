import { inProcess } from '@piecework/runtime-inprocess'
import { type Bench, compared } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { withEmptyJobs } from './empty-job.js'
import { migrated } from './migrated.js'

const parts = 10_000
const concurrency = 16

/** Jobs of one piece in parts that hold nothing, while a client watches. */
export const partsBench: Bench = async ({ runs, url, log }) => {
  const databases = new Databases(url)
  try {
    const database = await databases.create()
    await migrated(database)
    return await withEmptyJobs(database, inProcess({ concurrency }), async ({ runParts }) => {
      await runParts(parts / 10)
      const [large, small]: [number[], number[]] = [[], []]
      for (let run = 1; run <= runs; run++) {
        const before = await runParts(parts / 10)
        const whole = await runParts(parts)
        const after = await runParts(parts / 10)
        large.push(whole)
        // What as many parts would take at the cost of one in the small job.
        small.push(5 * (before + after))
        log(
          `run ${run} of ${runs}: ${Math.round(parts / whole)} parts/s, ${Math.round(parts / 5 / (before + after))} in the small job`,
        )
      }
      const facts = { parts, peerParts: parts / 10, concurrency }
      return [compared('parts/growth', large, small, { reach: 0.8, aim: 1 }, facts)]
    })
  } finally {
    await databases.dropAll()
  }
}
