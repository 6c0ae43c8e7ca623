import type { PieceworkError } from '../contracts/errors.js'

const refusals = new WeakSet<object>()

/** What the policy has refused, in the words for what is not there. */
export function asRefusal(error: PieceworkError): PieceworkError {
  refusals.add(error)
  return error
}

/** Whether it was recorded where it was refused. */
export function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && refusals.has(error)
}
