import { setTimeout as sleep } from 'node:timers/promises'
import { nothingDoneWithout } from '../checks/rights.js'
import { jobEnds } from '../job-of.js'
import { withdrawRight } from '../rights.js'
import type { Fault } from './fault.js'
import { longestMs } from './servers.js'

/** For a second or so, or until the job has ended. */
export const rightWithdrawn: Fault = {
  inject: async ({ scene, principal, random }) => {
    const { database } = scene.host
    const giveBack = withdrawRight(scene.place.rights, principal)
    try {
      const { rows } = await database.query<{ since: Date }>('SELECT clock_timestamp() AS since')
      const [{ since } = { since: new Date() }] = rows
      if (random() < 0.5) await sleep(300 + random() * 1500)
      else await jobEnds(scene, principal, longestMs)
      const problems = await nothingDoneWithout(database, principal, since)
      return { check: async () => problems }
    } finally {
      await giveBack()
    }
  },
  mayEnd: () => ['forbidden', 'refused: forbidden'],
  before: 0.1,
}
