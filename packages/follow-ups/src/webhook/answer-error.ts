import { PieceworkError } from '@piecework/core'
import type { Answer } from './post.js'

/** Answers that may be others later; those of 5xx are, too. */
const passing: ReadonlySet<number> = new Set([408, 425, 429])

/** What an answer that is no success means. 410 and others of 4xx stay as they are, and so does a redirect. */
export function answerError({ status, retryAfter }: Answer, now: number = Date.now()): PieceworkError {
  if (status === 410) return new PieceworkError('webhook/gone', 'The endpoint of a webhook is gone (410).')
  if (status >= 300 && status < 400)
    return new PieceworkError(
      'webhook/redirect',
      `The endpoint of a webhook redirects (${status}), which is not followed.`,
    )
  const retryable = status >= 500 || passing.has(status)
  const retryAfterMs = waitOf(retryAfter, now)
  return new PieceworkError('webhook/refused', `The endpoint of a webhook answered ${status}.`, {
    retryable,
    facts: { status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  })
}

/** Seconds, or a date. */
function waitOf(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000
  const at = Date.parse(retryAfter)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
