import { isPieceworkError, PieceworkError } from '@piecework/core/store'

export function unavailable(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  return new PieceworkError('redis/unavailable', 'Redis does not answer.', { cause, retryable: true })
}
