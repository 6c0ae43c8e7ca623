import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode, Progress } from '../contracts/nodes.js'
import type { JobSummary, StageSummary } from '../contracts/reports.js'
import type { Store } from '../contracts/store.js'
import { type JobProgress, jobProgress } from './progress.js'
import { addProgress } from './stage-progress.js'

/** A job as it stands: after each change, several times a second at most. Its size does not grow with the nodes. */
export interface JobUpdate {
  readonly job: Job
  /** Grows with each change that the store holds. Progress that this process alone knows changes nothing of it. */
  readonly revision: number
  /** Sums over the nodes, by batch and task. */
  readonly stages: readonly StageSummary[]
  /** Nodes that run: the first `storeDefaults.listedRunning` by id. */
  readonly running: readonly JobNode[]
  readonly nodes: number
  /** Those that have ended, however. */
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
export async function readSummary({ store }: JobUpdateDeps, id: string): Promise<JobSummary> {
  const summary = await store.reports.summary(id)
  if (summary) return summary
  throw new PieceworkError('job-not-found', `There is no job ${id}.`)
}

/** With the progress of now of those nodes that run in this process and are listed. */
export function updateOf(
  deps: JobUpdateDeps,
  { job, revision, stages: stored, running }: JobSummary,
): JobUpdate {
  const live = deps.progressOf(job.id)
  const stages = stored.filter(({ task }) => task !== 'follow-up')
  const nodes = running.map((node) => {
    const progress = live.get(node.id)
    const at = stages.findIndex(({ batch, task }) => batch === node.batch && task === node.task)
    const stage = stages[at]
    if (!progress || !stage) return node
    const now = { ...node, progress }
    stages[at] = { ...stage, reported: addProgress(addProgress(stage.reported, node, -1), now) }
    return now
  })
  const all = stages.reduce((sum, stage) => sum + stage.nodes, 0)
  const open = stages.reduce((sum, { waiting, running: run }) => sum + waiting + run, 0)
  const progress = jobProgress(job, stages, new Date(deps.environment.now()))
  return { job, revision, stages, running: nodes, nodes: all, nodesDone: all - open, progress }
}

/** What a watcher shows of it: two updates that differ in nothing else are one. */
export function shownFacts({ revision, running }: JobUpdate): string {
  return JSON.stringify([revision, running.map(({ progress }) => progress)])
}
