import { PieceworkError } from '@piecework/core'
import { type Answer, retryAfterMs } from '@piecework/outbound'

/** Answers that may be others later; those of 5xx are, too. */
const passing: ReadonlySet<number> = new Set([408, 425, 429])

/** What an answer that is no success means. 410 and others of 4xx stay as they are, and so does a redirect. */
export function answerError({ status, headers }: Pick<Answer, 'status' | 'headers'>): PieceworkError {
  if (status === 410) return new PieceworkError('webhook/gone', 'The endpoint of a webhook is gone (410).')
  if (status >= 300 && status < 400)
    return new PieceworkError(
      'webhook/redirect',
      `The endpoint of a webhook redirects (${status}), which is not followed.`,
    )
  const retryable = status >= 500 || passing.has(status)
  const wait = retryAfterMs(headers['retry-after'])
  return new PieceworkError('webhook/refused', `The endpoint of a webhook answered ${status}.`, {
    retryable,
    facts: { status, ...(wait !== undefined && { retryAfterMs: wait }) },
  })
}
