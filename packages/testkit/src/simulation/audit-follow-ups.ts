import type { Job, Store } from '@piecework/core/store'
import type { RequestRecords } from './request-records.js'
import type { World } from './world.js'

const lists = { succeeded: 'onSuccess', failed: 'onFailure', cancelled: 'onCancel' } as const

/** Whether what follows the outcome of the job has been done, and nothing else. */
export async function auditFollowUps(
  {
    world,
    store,
    records: { told },
  }: {
    readonly world: World
    readonly store: Store
    readonly records: RequestRecords
  },
  job: Job,
): Promise<void> {
  const list = lists[job.status as keyof typeof lists]
  const keys = (job.request[list] ?? []).map((_, at) => `${job.id}/${list}/${at}`)
  const nodes = (await store.reports.nodes(job.id)).filter(({ task }) => task === 'follow-up')
  const done = nodes.filter(({ status }) => status === 'done').map(({ output }) => output)
  if (
    nodes.length !== keys.length ||
    JSON.stringify(done) !== JSON.stringify(keys.map((key) => ({ told: key })))
  )
    world.violation(`one truth: what follows the ${job.kind}, ${job.status}, was not done`)
  if (keys.some((key) => !told.has(key)))
    world.violation(`one truth: no follow-up of the ${job.kind}, ${job.status}, has run`)
  if ([...told.keys()].some((key) => key.startsWith(`${job.id}/`) && !keys.includes(key)))
    world.violation(`exactly once: what follows another end of the ${job.kind} was done`)
}
