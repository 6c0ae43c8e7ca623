import { isPieceworkError, PieceworkError } from '@piecework/core/store'

/** What `work` resolves to, unless it takes longer than `ms`; it is then no longer waited for. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer for ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function unavailable(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  return new PieceworkError('redis/unavailable', 'Redis does not answer.', { cause, retryable: true })
}
