import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { UsageLimits } from '../contracts/meters.js'
import type { Store } from '../contracts/store.js'
import { downloadDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { objectCheck } from '../options/object-check.js'
import type { OptionChecks } from '../options/option-checks.js'

export interface DownloadLimitOptions {
  /**
   * What one principal may download in a minute, from all processes together. A download that is asked for when that is
   * used up is refused with `too-many-downloads`; one that is under way waits for the next minute. Default: no limit.
   */
  readonly downloadsPerMinute?: UsageLimits
}

export const downloadLimitChecks: OptionChecks<DownloadLimitOptions> = {
  downloadsPerMinute: objectCheck({ requests: check.count, bytes: check.size }),
}

export interface MeterDeps {
  readonly store: Pick<Store, 'meters'>
  readonly environment: Environment
  readonly downloadsPerMinute?: UsageLimits
}

interface Metered {
  /** Under whose name it is counted. */
  readonly name: string
  /** Of the bytes that go out. */
  readonly size: number
  readonly isResumed: boolean
  readonly signal: AbortSignal | undefined
}

/**
 * Counts a download before it begins, with its first bytes; one that goes on with an earlier one is a request, and no
 * new download. Returns what counts the rest: before each step goes out, so that however many run side by side, no more
 * goes out in a minute than the limit and one step. Throws `too-many-downloads`.
 */
export async function metered(
  { store, environment, downloadsPerMinute = {} }: MeterDeps,
  { name, size, isResumed, signal }: Metered,
): Promise<(bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>> {
  const step = Math.min(downloadDefaults.meteredBytes, downloadsPerMinute.bytes ?? Number.POSITIVE_INFINITY)
  const take = (usage: { readonly requests: number; readonly downloads: number; readonly bytes: number }) =>
    store.meters.take(name, usage, downloadsPerMinute)
  let counted = Math.min(step, size)
  const wait = await take({ requests: 1, downloads: isResumed ? 0 : 1, bytes: counted })
  if (wait !== undefined) throw tooMany(wait)

  const more = async (bytes: number): Promise<void> => {
    for (let left: number = downloadDefaults.longestWaitMinutes; ; left--) {
      signal?.throwIfAborted()
      const wait = await take({ requests: 0, downloads: 0, bytes })
      if (wait === undefined) return
      // What goes on with it later is another request.
      if (left === 0) throw tooMany(wait)
      await elapsed(environment, wait + spread(environment), signal)
    }
  }
  return async function* (bytes) {
    let sent = 0
    for await (const chunk of bytes) {
      sent += chunk.length
      while (sent > counted) {
        const next = Math.min(step, size - counted)
        if (next <= 0) break
        await more(next)
        counted += next
      }
      yield chunk
    }
  }
}

function tooMany(retryAfterMs: number): PieceworkError {
  const seconds = Math.ceil(retryAfterMs / 1000)
  return new PieceworkError(
    'too-many-downloads',
    `As much as is allowed in a minute has been downloaded: there is more in ${seconds} s.`,
    { retryable: true, facts: { retryAfterMs } },
  )
}

/** Those that wait for the same minute do not come all at once. */
function spread(environment: Environment): number {
  const share = Number.parseInt(environment.uuid().slice(0, 4), 16) / 0x1_00_00
  return Math.floor(share * downloadDefaults.waitSpreadMs)
}

/** Throws the reason of the signal. */
async function elapsed(environment: Environment, ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const cancel = environment.after(ms, end)
    signal?.addEventListener('abort', end)
  })
  signal?.throwIfAborted()
}
