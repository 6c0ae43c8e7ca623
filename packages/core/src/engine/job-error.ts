import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { JobError } from '../contracts/jobs.js'

/** What may be told of an error: its code and sentence where it is ours, never a stack or a driver's text. */
export function jobError(error: unknown, node: string): JobError {
  if (isPieceworkError(error)) {
    return { code: error.code, message: storable(error.message), node, retryable: error.retryable }
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return {
      code: 'database',
      message: `The database refused with ${code}.`,
      node,
      retryable: transient(code),
    }
  }
  const reason = /^E[A-Z]+$/.test(code) ? ` with ${code}` : ''
  return {
    code: 'internal',
    message: `${node} failed unexpectedly${reason}.`,
    node,
    retryable: transient(code),
  }
}

/** Texts as every database keeps them: neither NUL nor half a surrogate pair. */
export function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\ufffd')
}

export function fromJobError(error: JobError): PieceworkError {
  return new PieceworkError(error.code, error.message, {
    retryable: error.retryable,
    ...(error.node && { facts: { node: error.node } }),
  })
}

/** Connection lost, serialization failure, deadlock, server going down or full. */
function transient(state: string): boolean {
  return /^(08|40|53|57P)/.test(state) || /^E(CONN|PIPE|TIMEDOUT)/.test(state)
}
