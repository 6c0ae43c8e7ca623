import type { Job, JobStatus } from '../contracts/jobs.js'
import type { JobSummary } from '../contracts/reports.js'
import type { Store } from '../contracts/store.js'
import { isTerminal } from '../engine/machine.js'
import type { PieceworkEmitter } from '../events.js'
import { existingJob } from './existing-job.js'
import { jobArguments } from './job-arguments.js'
import { type JobReport, jobReport, type RolesOf } from './job-report.js'
import { type JobUpdate, type JobUpdateDeps, readSummary, shownFacts, updateOf } from './job-update.js'
import { nextEvent } from './next-event.js'
import { type LookDeps, SharedLook } from './shared-look.js'

/** Follows jobs of any process: one look at the store for all watchers of this process. */
export interface Watcher {
  report(job: Job): Promise<JobReport>
  /** Waits until the job is terminal. Throws `job-not-found`, as `watch` does. */
  ended(id: string, signal?: AbortSignal): Promise<JobReport>
  watch(id: string, signal?: AbortSignal): AsyncIterable<JobUpdate>
}

export interface WatcherDeps extends JobUpdateDeps {
  readonly events: PieceworkEmitter
  readonly rolesOf: RolesOf
}

type Look<T> = Omit<LookDeps<T>, 'ended' | 'nextEvent'>

export function createWatcher(deps: WatcherDeps): Watcher {
  const ends = new Map<string, SharedLook<JobStatus>>()
  const updates = new Map<string, SharedLook<JobSummary>>()
  const report = (job: Job) => jobReport(deps.store, job, deps.rolesOf)
  const shared = <T>(
    looks: Map<string, SharedLook<T>>,
    id: string,
    of: 'status' | 'nodes',
    look: Look<T>,
  ) => {
    const known = looks.get(id)
    if (known) return known
    const made = new SharedLook<T>({
      ...look,
      nextEvent: (signal) => nextEvent(deps, id, signal, of),
      ended: () => looks.delete(id),
    })
    looks.set(id, made)
    return made
  }
  return {
    report,
    ended: async (id, signal) => {
      jobArguments.signal('ended()', signal)
      const look = shared(ends, id, 'status', {
        read: () => statusOf(deps.store, id),
        isLast: isTerminal,
      })
      for await (const status of look.follow(signal))
        if (isTerminal(status)) return report(await existingJob(deps.store, id))
      throw new Error('unreachable')
    },
    watch: async function* (id, signal) {
      jobArguments.signal('watch()', signal)
      const look = shared(updates, id, 'nodes', {
        read: () => readSummary(deps, id),
        isLast: ({ job }) => isTerminal(job.status),
      })
      let shown = ''
      for await (const summary of look.follow(signal)) {
        const update = updateOf(deps, summary)
        const facts = shownFacts(update)
        if (facts !== shown) yield update
        shown = facts
      }
    },
  }
}

/** Throws `job-not-found`. */
async function statusOf(store: Store, id: string): Promise<JobStatus> {
  return (await store.jobs.status?.(jobArguments.id('job()', id))) ?? (await existingJob(store, id)).status
}
