import { setTimeout as sleep } from 'node:timers/promises'
import { jobEnds } from '../job-of.js'
import { type Mood, setMood } from '../moody-artifacts.js'
import { abandoned, never } from './ends.js'
import type { Fault } from './fault.js'
import { longestMs } from './servers.js'

const stored: Fault['mayEnd'] = (job) => ['', 'storage', ...abandoned(job)]

export const artifactFaults: Readonly<Record<string, Fault>> = {
  'the disk is full': {
    inject: async ({ scene, principal, random }) => {
      const { disk, workers, requester } = scene
      const writers = () => [...workers.pids(), requester().pid]
      await disk.fill(writers())
      if (random() < 0.5) await sleep(300 + random() * 1200)
      else await jobEnds(scene, principal, longestMs)
      await disk.free(writers())
      return undefined
    },
    mayEnd: stored,
    before: 0.4,
    missing: ({ disk }) => (disk.means === 'none' ? 'no disk can be filled here' : undefined),
  },
  'the artifact store is slow': mood((random) => ({ is: 'slow', ms: Math.ceil(20 + random() * 200) }), {
    mayEnd: never,
  }),
  'the artifact store does not answer': mood(
    (random) => ({
      is: 'silent',
      oneOf: 1 + Math.floor(random() * 4),
      // By turns for ever, or so long that it may have been given up.
      ...(random() < 0.5 && { ms: Math.ceil(1000 + random() * 5000) }),
    }),
    { mayEnd: stored, leaves: true },
  ),
  'the artifact store fails midway': mood(
    (random) => {
      const code = [undefined, 'EIO', 'ECONNRESET', 'ETIMEDOUT'][Math.floor(random() * 4)]
      return { is: 'failing', oneOf: 1 + Math.floor(random() * 4), ...(code && { code }) }
    },
    { mayEnd: stored, leaves: true },
  ),
}

/** For a second or so, or until the job has ended. */
function mood(choose: (random: () => number) => Mood, rest: Pick<Fault, 'mayEnd' | 'leaves'>): Fault {
  return {
    inject: async ({ scene, principal, random }) => {
      const end = setMood(scene.place.mood, choose(random))
      try {
        if (random() < 0.5) await sleep(300 + random() * 1500)
        else await jobEnds(scene, principal, longestMs)
      } finally {
        await end()
      }
      return undefined
    },
    before: 0.2,
    ...rest,
  }
}
