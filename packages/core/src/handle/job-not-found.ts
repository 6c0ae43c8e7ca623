import { PieceworkError } from '../contracts/errors.js'

export function jobNotFound(id: string): PieceworkError {
  const why = 'the transaction that requested it may not have committed'
  return new PieceworkError('job-not-found', `There is no job ${id}; ${why}.`)
}
