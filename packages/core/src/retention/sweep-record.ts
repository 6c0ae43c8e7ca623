import type { Environment } from '../contracts/environment.js'
import type { Store } from '../contracts/store.js'
import { downloadDefaults, pageSizes } from '../defaults.js'

/** Deletes what is kept about requests and downloads, and is older than `ttlMs`; links and tokens that are over go, too. */
export async function sweepRecord(
  { store, environment }: { readonly store: Store; readonly environment: Environment },
  ttlMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { records, meters, links, revocations } = store
  const before = new Date(environment.now() - ttlMs)
  const sweeps = [
    (limit: number) => records.sweep(before, limit),
    (limit: number) => meters.sweep(before, limit),
    (limit: number) => links.sweep(new Date(environment.now() - downloadDefaults.linkToldMs), limit),
    (limit: number) => revocations.sweep(limit),
  ]
  for (const sweep of sweeps) {
    let swept: number
    do {
      signal.throwIfAborted()
      swept = await sweep(pageSizes.records)
    } while (swept === pageSizes.records)
  }
}
