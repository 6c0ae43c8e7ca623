import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobError, JobNode } from '../contracts/jobs.js'

/** Why a job past its deadline was stopped. */
export function jobTimeout({ kind, deadline, changes }: Job): JobError {
  const began = changes.find(({ status }) => status === 'pending')?.at
  const limit = deadline && began ? ` of ${spoken(deadline.getTime() - began.getTime())}` : ''
  const message = `The ${kind} was stopped because its time limit${limit} was over; what was running was rolled back.`
  return { code: 'timeout', message, retryable: true }
}

/** Why an attempt was stopped that took longer than `limitMs`. */
export function attemptTimeout(node: JobNode, limitMs: number): PieceworkError {
  const what = node.piece && node.resource
  const name = what ? `The piece ${node.piece} of ${what.kind} ${what.id}` : `The step ${node.id}`
  const message = `${name} was stopped because an attempt may take ${spoken(limitMs)}; what this attempt had written to the database was rolled back.`
  return new PieceworkError('timeout', message, { retryable: true, facts: { node: node.id, limitMs } })
}

/** What is added where an attempt had to be given up. */
export const abandonedNotice =
  'It did not end when it was told to: what it still does outside the database is not stopped, and not kept.'

function spoken(ms: number): string {
  return ms % 1000 === 0 ? `${(ms / 1000).toLocaleString('en-US')} s` : `${ms.toLocaleString('en-US')} ms`
}
