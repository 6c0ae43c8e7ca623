import { type JobError, PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'

/** Why a job past its deadline was stopped. */
export function jobTimeout({ kind, deadline, changes }: Job): JobError {
  const began = changes.find(({ status }) => status === 'pending')?.at
  const limit = deadline && began ? ` of ${printed(deadline.getTime() - began.getTime())}` : ''
  const message = `The ${kind} was stopped because its time limit${limit} was over; what was running was rolled back.`
  return { code: 'timeout', message, retryable: true }
}

/** Why an attempt was stopped that took longer than `limitMs`. */
export function attemptTimeout(node: JobNode, limitMs: number): PieceworkError {
  const what = node.piece && node.resource
  const name = what ? `The piece ${node.piece} of ${what.kind} ${what.id}` : `The step ${node.id}`
  const message = `${name} was stopped because an attempt may take ${printed(limitMs)}${node.task === 'follow-up' ? '' : '; what this attempt had written to the database was rolled back'}.`
  return new PieceworkError('timeout', message, { retryable: true, facts: { node: node.id, limitMs } })
}

/** Added to the error of an attempt that was abandoned. */
export const abandonedNotice =
  'It did not end when it was aborted: what it still does outside the database is not stopped, and not kept.'

function printed(ms: number): string {
  return ms % 1000 === 0 ? `${(ms / 1000).toLocaleString('en-US')} s` : `${ms.toLocaleString('en-US')} ms`
}
