import { isPieceworkError, type JobError, PieceworkError } from '../contracts/errors.js'
import type { JobNode } from '../contracts/nodes.js'
import { databaseError, sqlStateOf } from './database-error.js'

/**
 * What is kept of an error: its code and sentence if it is ours or the database's, never a stack or another
 * program's text.
 */
export function jobError(error: unknown, node: Pick<JobNode, 'id' | 'piece' | 'resource'>): JobError {
  if (sqlStateOf(error) !== undefined && !isPieceworkError(error)) return jobError(databaseError(error), node)
  if (isPieceworkError(error)) {
    const { code, retryable } = error
    const message = code === 'database' ? `${nameOf(node)}: ${error.message}` : error.message
    return { code, message: storable(message), node: node.id, retryable }
  }
  const code = systemCodeOf(error)
  const reason = code === '' ? '' : ` with ${code}`
  return {
    code: 'internal',
    message: `${nameOf(node)} failed unexpectedly${reason}.`,
    node: node.id,
    retryable: /^E(CONN|PIPE|TIMEDOUT)/.test(code),
  }
}

/** Whether an error is ours, the database's or the system's: its code says what it is. */
export const hasCode = (error: unknown): boolean =>
  isPieceworkError(error) || sqlStateOf(error) !== undefined || systemCodeOf(error) !== ''

function systemCodeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return /^E[A-Z]+$/.test(code) ? code : ''
}

/** `Piece "project/features" of project 1`, or the step. */
function nameOf({ id, piece, resource }: Pick<JobNode, 'id' | 'piece' | 'resource'>): string {
  return piece && resource ? `Piece "${piece}" of ${resource.kind} ${resource.id}` : `Step "${id}"`
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
