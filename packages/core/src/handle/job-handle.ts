import { PieceworkError } from '../contracts/errors.js'
import type { JobResult } from '../contracts/job-result.js'
import { fromJobError } from '../engine/job-error.js'
import type { JobReport } from './job-report.js'
import type { JobUpdate } from './job-update.js'
import type { Watcher } from './watcher.js'

export interface JobHandle {
  readonly id: string
  /** Until the job is terminal, as the last update shows. */
  watch(signal?: AbortSignal): AsyncIterable<JobUpdate>
  /** Waits for the end, whatever it is. */
  ended(signal?: AbortSignal): Promise<JobReport>
  /** Waits for success; otherwise throws the job's error, with its findings. */
  result(signal?: AbortSignal): Promise<JobResult>
  cancel(): Promise<void>
}

export function createHandle(id: string, watcher: Watcher, cancel: () => Promise<void>): JobHandle {
  return {
    id,
    watch: (signal) => watcher.watch(id, signal),
    ended: (signal) => watcher.ended(id, signal),
    result: async (signal) => {
      const report = await watcher.ended(id, signal)
      if (report.job.status === 'succeeded') return report.job.result
      throw failureOf(report)
    },
    cancel,
  }
}

function failureOf({ job, findings }: JobReport): PieceworkError {
  const { id } = job
  const error = job.error ? fromJobError(job.error) : new PieceworkError('internal', `Job ${id} has failed.`)
  return new PieceworkError(error.code, error.message, {
    findings,
    retryable: error.retryable,
    facts: { ...error.facts, job: id },
  })
}
