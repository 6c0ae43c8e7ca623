import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { JobError } from '../contracts/jobs.js'

/** What may be told of an error: its code and sentence where it is ours, never a stack or a driver's text. */
export function jobError(error: unknown, node: string): JobError {
  if (isPieceworkError(error)) {
    return { code: error.code, message: error.message, node, retryable: error.retryable }
  }
  const state = sqlState(error)
  if (state) {
    return {
      code: 'database',
      message: `The database refused with ${state}.`,
      node,
      retryable: transient(state),
    }
  }
  return { code: 'internal', message: `${node} failed unexpectedly.`, node, retryable: false }
}

export function fromJobError(error: JobError): PieceworkError {
  return new PieceworkError(error.code, error.message, {
    retryable: error.retryable,
    ...(error.node && { facts: { node: error.node } }),
  })
}

/** SQLSTATE or a socket's error code, which drivers put into `code`. */
function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^([0-9A-Z]{5}|E[A-Z]+)$/.test(code) ? code : undefined
}

/** Connection lost, serialization failure, deadlock, server going down or full. */
function transient(state: string): boolean {
  return /^(08|40|53|57P)/.test(state) || /^E(CONN|PIPE|TIMEDOUT)/.test(state)
}
