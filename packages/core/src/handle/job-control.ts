import type { Allow } from '../access/allow.js'
import { allowJob, resourceOf } from '../access/allow-job.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import type { Engine } from '../engine/engine.js'
import { isTerminal } from '../engine/machine.js'
import type { PieceworkEmitter } from '../events.js'
import type { Recorder } from '../record/recorder.js'
import { existingJob } from './existing-job.js'
import { createHandle, type JobHandle } from './job-handle.js'
import type { JobReport } from './job-report.js'
import type { Watcher } from './watcher.js'

/** What requests do with the jobs that they have stored. */
export interface JobControl {
  /**
   * Emits that there is a new job, hands it over, and gives its handle. `joined`: it commits with the host's
   * transaction.
   */
  accept(job: Promise<Job>, options?: { readonly joined?: boolean }): Promise<JobHandle>
  handle(job: Pick<Job, 'id'>): JobHandle
  /**
   * Resolves when the cancel is recorded. Asks the access policy. Throws `job-not-found`, `forbidden`.
   */
  cancel(job: string, principal: Principal | undefined): Promise<Job>
  /** The same for a caller that has been given the job itself, such as its handle; the policy is not asked. */
  end(job: string): Promise<Job>
  ended(job: string, signal?: AbortSignal): Promise<JobReport>
}

export interface JobControlDeps {
  readonly store: Store
  readonly engine: Engine
  readonly watcher: Watcher
  readonly events: PieceworkEmitter
  readonly allow: Allow
  readonly recorder: Recorder
}

export function createJobControl({
  store,
  engine,
  watcher,
  events,
  allow,
  recorder,
}: JobControlDeps): JobControl {
  const end = async (id: string): Promise<Job> => {
    const recorded = store.jobs.cancel(id)
    // With one connection, the record waits for the transaction that is to be aborted.
    engine.abort(id, recorded)
    const job = await recorded
    if (!isTerminal(job.status)) engine.report(job)
    engine.handOver()
    return job
  }
  const handle = ({ id }: Pick<Job, 'id'>) => createHandle(id, watcher, async () => void (await end(id)))
  return {
    handle,
    accept: async (request, { joined = false } = {}) => {
      const job = await request
      events.emit('job:created', job)
      // What joins a host's transaction is found by the sweep once that has committed.
      if (!joined) engine.handOver()
      return handle(job)
    },
    cancel: async (id, principal) => {
      const job = await existingJob(store, id)
      await allowJob(allow, principal, 'cancel', job)
      await recorder.allowed({ principal, action: 'cancel', resource: resourceOf(job), job })
      return end(id)
    },
    end,
    ended: (id, signal) => watcher.ended(id, signal),
  }
}
