import type { Job } from '../contracts/jobs.js'
import { isTerminal } from '../engine/machine.js'
import type { PieceworkEmitter } from '../events.js'
import { existingJob } from './existing-job.js'
import { jobArguments } from './job-arguments.js'
import { type JobReport, jobReport, type RolesOf } from './job-report.js'
import { type JobUpdate, type JobUpdateDeps, jobUpdate, liveUpdate, shownFacts } from './job-update.js'
import { nextEvent } from './next-event.js'

/** Follows jobs of any process. */
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

export function createWatcher(deps: WatcherDeps): Watcher {
  return {
    report: (job) => jobReport(deps.store, job, deps.rolesOf),
    ended: (id, signal) => waitForEnd(deps, id, signal),
    watch: (id, signal) => watchJob(deps, id, signal),
  }
}

async function waitForEnd(deps: WatcherDeps, id: string, signal?: AbortSignal): Promise<JobReport> {
  jobArguments.signal('ended()', signal)
  for (;;) {
    signal?.throwIfAborted()
    const woken = nextEvent(deps, id, signal, 'status')
    try {
      const job = await existingJob(deps.store, id)
      if (isTerminal(job.status)) return await jobReport(deps.store, job, deps.rolesOf)
      await woken.promise
    } finally {
      woken.stop()
    }
  }
}

async function* watchJob(deps: WatcherDeps, id: string, signal?: AbortSignal): AsyncGenerator<JobUpdate> {
  jobArguments.signal('watch()', signal)
  let shown = ''
  let last: JobUpdate | undefined
  let reading: Promise<JobUpdate> | undefined
  for (;;) {
    signal?.throwIfAborted()
    const woken = nextEvent(deps, id, signal)
    try {
      reading ??= jobUpdate(deps, id)
      reading.catch(() => undefined)
      // With one connection a read waits for the transaction of a piece; the progress of that does not.
      const read = await (last ? Promise.race([reading, woken.promise]) : reading)
      if (read) reading = undefined
      last = read ?? (last && liveUpdate(deps, last))
      if (last) {
        const facts = shownFacts(last)
        if (facts !== shown) yield last
        shown = facts
        if (isTerminal(last.job.status)) return
      }
      await woken.promise
    } finally {
      woken.stop()
    }
  }
}
