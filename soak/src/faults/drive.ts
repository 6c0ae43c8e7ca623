import { setTimeout as sleep } from 'node:timers/promises'
import type { DriveMood } from '../drive/drive-mood.js'
import { jobDelivers, jobEnds } from '../job-of.js'
import { delivers } from '../place.js'
import { abandoned } from './ends.js'
import type { Ends, Fault } from './fault.js'
import { longestMs } from './servers.js'

export const driveFaults: Readonly<Record<string, Fault>> = {
  'the drive cuts and refuses calls': drive('troubled', 'delivery-unreachable', []),
  'the drive is full': drive('full', 'delivery-full', ['delivery-full']),
  'access to the drive is withdrawn': drive('withdrawn', 'delivery-auth', ['delivery-auth']),
}

/**
 * From the request on, or from when the job delivers; for a second or so, or until the job has ended. `refused`: by the code that the
 * request may be refused with.
 */
function drive(mood: DriveMood, refused: string, ends: Ends): Fault {
  return {
    inject: async ({ scene, principal, random, answered }) => {
      const isLate = random() < 0.7
      if (isLate) await jobDelivers(scene, principal, answered)
      const end = scene.drive.setMood(mood)
      try {
        if (random() < 0.5) await sleep(100 + random() * 1200)
        else await jobEnds(scene, principal, longestMs)
      } finally {
        end()
      }
      return undefined
    },
    mayEnd: (job) => [`refused: ${refused}`, ...ends, ...abandoned(job)],
    before: 0.5,
    befalls: delivers,
  }
}
