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
  downloadsPerMinute: objectCheck({ requests: check.count, bytes: check.count }),
}

export interface MeterDeps {
  readonly store: Pick<Store, 'meters'>
  readonly environment: Environment
  readonly downloadsPerMinute?: UsageLimits
}

/** Counts a download before it begins. One that goes on with an earlier one is a request, and no new download. */
export async function countRequest(
  { store, downloadsPerMinute = {} }: MeterDeps,
  principal: string,
  isResumed: boolean,
): Promise<void> {
  const usage = { requests: 1, downloads: isResumed ? 0 : 1, bytes: 0 }
  const retryAfterMs = await store.meters.take(principal, usage, downloadsPerMinute)
  if (retryAfterMs === undefined) return
  throw new PieceworkError(
    'too-many-downloads',
    `${principal} has downloaded as much as is allowed in a minute: again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    { retryable: true, facts: { retryAfterMs } },
  )
}

/** Counts what goes out, and waits for the next minute when that is more than the principal may have. */
export async function* countBytes(
  { store, environment, downloadsPerMinute: { bytes: limit } = {} }: MeterDeps,
  principal: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const step = Math.min(downloadDefaults.meteredBytes, limit ?? Number.POSITIVE_INFINITY)
  const take = (sent: number, limits: UsageLimits) =>
    store.meters.take(principal, { requests: 0, downloads: 0, bytes: sent }, limits)
  let uncounted = 0
  try {
    for await (const chunk of bytes) {
      uncounted += chunk.length
      yield chunk
      if (uncounted < step) continue
      for (;;) {
        const wait = await take(uncounted, limit === undefined ? {} : { bytes: limit })
        if (wait === undefined) break
        await new Promise<void>((resolve) => void environment.after(wait, resolve))
      }
      uncounted = 0
    }
  } finally {
    // It went out, whatever the limit.
    if (uncounted > 0) await take(uncounted, {})
  }
}
