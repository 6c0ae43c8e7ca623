import { callback } from '@piecework/core'
import type { FollowUp } from '@piecework/core/piece'
import type { FollowUpRequests } from '@piecework/core/store'
import type { RequestRecords } from './request-records.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { World } from './world.js'

const tell = { action: 'tell', input: {} }

/** What requests ask for, if the plan has follow-ups. */
export const toldOf: FollowUpRequests = { onSuccess: [tell, tell], onFailure: [tell], onCancel: [tell] }

/** Takes its time, and fails now and then after it has been seen. */
export function tellFollowUp(process: SimulatedProcess, world: World, { told }: RequestRecords): FollowUp {
  return callback({
    name: 'tell',
    maxAttempts: 50,
    backoffMs: 50,
    timeoutMs: 20_000,
    run: async ({ key, job, earlier }) => {
      await process.sleep(process.random.below(1000))
      world.note(`${process.name}: told ${job.kind} ${key.slice(job.id.length)}`)
      told.set(key, (told.get(key) ?? 0) + 1)
      const place = Number(key.slice(key.lastIndexOf('/') + 1))
      if (earlier.length !== place || earlier.some(({ status }) => status !== 'done'))
        world.violation(`order: a follow-up of the ${job.kind} began before the one before it had ended`)
      if (process.random.chance(0.2)) throw new Error('Not now.')
      return { told: key }
    },
  })
}
