import { isPieceworkError, PieceworkError } from '@piecework/core/store'

export function unavailable(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  // As Redis begins the answer to each write beyond its `maxmemory`.
  const isFull = cause instanceof Error && /\bOOM command not allowed\b/.test(cause.message)
  const message = isFull ? 'Redis has no memory left: its maxmemory is reached.' : 'Redis does not answer.'
  return new PieceworkError('redis/unavailable', message, { cause, retryable: true })
}
