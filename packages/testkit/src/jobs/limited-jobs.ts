import assert from 'node:assert/strict'
import type { DraftPlan, Job, NewJob, PrincipalLimit, Store } from '@piecework/core/store'
import { nothing } from './job-bench.js'
import { sampleJob } from './sample-job.js'

/** Of one node before its last step. */
export function jobOf(principal: string, limit?: PrincipalLimit): NewJob {
  return { ...sampleJob({ batches: [['a']] }), principal: { id: principal }, ...(limit && { limit }) }
}

interface DraftOfOne {
  readonly job: NewJob
  run(store: Store, limits: Pick<DraftPlan, 'limit' | 'concurrentJobs'>): Promise<Job>
}

/** The same, with files that come one by one. */
export function draftOf(principal: string): DraftOfOne {
  const { nodes, batches, ...job } = sampleJob({ kind: 'import', batches: [['a']] })
  const request = { options: {}, input: { format: 'folder', uploads: [] } }
  const asked = { ...job, request, principal: { id: principal } }
  const last = { id: 'finish', task: 'finish', batch: 0 } as const
  return {
    job: { ...asked, nodes: [last], batches: 0 },
    run: (store, limits) => store.drafts.run(job.id, { nodes, batches, request, ...limits }),
  }
}

/** Batches of the job that the outbox holds. */
export async function batchesOf(store: Store, job: Job | undefined): Promise<readonly number[]> {
  const items = await store.outbox.pending(10_000)
  return items.flatMap(({ action }) =>
    action.type === 'batch' && action.job === job?.id ? [action.batch] : [],
  )
}

/** Ids of those that have begun and not ended. */
export async function underWay(store: Store, jobs: readonly Job[]): Promise<readonly string[]> {
  const now = await Promise.all(jobs.map(({ id }) => store.jobs.get(id)))
  return now.flatMap((job) => (job && !job.throttled && job.status === 'pending' ? [job.id] : []))
}

export async function end(store: Store, job: Job): Promise<void> {
  for (const { id, task } of await store.reports.nodes(job.id)) {
    if (task !== 'finish') await done(store, job, id)
  }
  await finish(store, job)
}

export const finish = (store: Store, job: Pick<Job, 'id'>): Promise<void> => done(store, job, 'finish')

async function done(store: Store, { id }: Pick<Job, 'id'>, node: string): Promise<void> {
  const lease = await store.attempts.begin({ job: id, node, attempt: 1 }, 'worker-of-the-laws')
  assert.ok(lease, `no lease was given for ${node}`)
  await store.attempts.run(lease, nothing())
}
