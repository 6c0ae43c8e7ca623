import type { Lease } from '../contracts/attempts.js'
import { type JobError, PieceworkError } from '../contracts/errors.js'
import { fromJobError } from './job-error.js'
import { attemptTimeout } from './time-limits.js'

/** Why an attempt must end that is no failure of its own work. */
export interface Interruption {
  readonly why: 'worker-stops' | 'job-stopped' | 'time-limit' | 'crashes'
  readonly error: PieceworkError
}

export function workerStops(): Interruption {
  return {
    why: 'worker-stops',
    error: new PieceworkError('stopped', 'The worker stops.', { retryable: true }),
  }
}

export function jobStopped(error: JobError = cancelledError): Interruption {
  return { why: 'job-stopped', error: fromJobError(error) }
}

export function tooLong({ node }: Lease, limitMs: number): Interruption {
  return { why: 'time-limit', error: attemptTimeout(node, limitMs) }
}

/** When too many workers have died at the node. What it failed with before comes first. */
export function crashLimitReached({ crashes, node }: Lease, most: number): Interruption | undefined {
  if (crashes < most || node.task === 'finish') return undefined
  const reason = `${crashes} ${crashes === 1 ? 'worker has' : 'workers have'} died at ${node.id}; it is not tried again.`
  const { code, message } = node.error ?? { code: 'internal', message: '' }
  return { why: 'crashes', error: new PieceworkError(code, `${message} ${reason}`.trimStart()) }
}

const cancelledError: JobError = { code: 'cancelled', message: 'The job was cancelled.', retryable: true }
