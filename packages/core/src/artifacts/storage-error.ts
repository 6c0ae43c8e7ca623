import { isPieceworkError, PieceworkError } from '../contracts/errors.js'

/** What a store threw, as `storage`. `what` was done when it did. */
export function storageError(cause: unknown, key: string, what: string): PieceworkError {
  if (isPieceworkError(cause)) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const known = /^E[A-Z0-9]+$/.test(code)
  const how = full.has(code) ? 'is full' : away.test(code) ? 'cannot be reached' : 'failed'
  return new PieceworkError(
    'storage',
    `The artifact store ${how}${known ? ` (${code})` : ''} when "${key}" ${what}.`,
    { cause, retryable: full.has(code) || away.test(code), facts: { key, ...(known && { osCode: code }) } },
  )
}

/** It has not said anything for the whole time of the option `artifactTimeoutMs`. */
export function silentStore(timeoutMs: number, key: string, what: string): PieceworkError {
  return new PieceworkError(
    'storage',
    `The artifact store gave no answer for ${timeoutMs.toLocaleString('en-US')} ms (artifactTimeoutMs) when "${key}" ${what}.`,
    { retryable: true, facts: { key, timeoutMs } },
  )
}

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
/** Connections and their like; also too many open files, which pass. */
const away = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_AGAIN|STALE|MFILE|NFILE|BUSY)/
