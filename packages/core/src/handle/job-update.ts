import type { Environment } from '../contracts/environment.js'
import type { Job, JobNode, Progress } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { existingJob } from './existing-job.js'
import { type JobProgress, jobProgress } from './progress.js'

/** A job as it stands: after each change, several times a second at most. */
export interface JobUpdate {
  readonly job: Job
  readonly nodes: readonly JobNode[]
  readonly nodesDone: number
  readonly progress: JobProgress
}

export interface JobUpdateDeps {
  readonly store: Store
  readonly environment: Environment
  /** Of the attempts that run in this process, by node. */
  progressOf(job: string): ReadonlyMap<string, Progress>
}

/** Reads the job from the store. Throws `job-not-found`. */
export async function jobUpdate(deps: JobUpdateDeps, id: string): Promise<JobUpdate> {
  const job = await existingJob(deps.store, id)
  const nodes = await deps.store.reports.nodes(id)
  return updateOf(
    deps,
    job,
    nodes.filter(({ task }) => task !== 'follow-up'),
  )
}

/** The same with the progress of now, without the store. */
export function liveUpdate(deps: JobUpdateDeps, { job, nodes }: JobUpdate): JobUpdate {
  return updateOf(deps, job, nodes)
}

function updateOf(deps: JobUpdateDeps, job: Job, stored: readonly JobNode[]): JobUpdate {
  const progress = deps.progressOf(job.id)
  const nodes = stored.map((node) => {
    const now = node.status === 'running' ? progress.get(node.id) : undefined
    return now ? { ...node, progress: now } : node
  })
  const nodesDone = nodes.filter(({ status }) => status !== 'waiting' && status !== 'running').length
  return { job, nodes, nodesDone, progress: jobProgress(job, nodes, new Date(deps.environment.now())) }
}

/** What a watcher shows of it: two updates that differ in nothing else are one. */
export function shownFacts({ job, nodes }: JobUpdate): string {
  return JSON.stringify([job, nodes.map(({ status, attempt, progress }) => [status, attempt, progress])])
}
