import type { Environment } from '../contracts/environment.js'
import type { Store } from '../contracts/store.js'
import { pageSizes } from '../defaults.js'

/** Deletes entries of the record that are older than `ttlMs`. */
export async function sweepRecord(
  { store, environment }: { readonly store: Store; readonly environment: Environment },
  ttlMs: number,
  signal: AbortSignal,
): Promise<void> {
  const before = new Date(environment.now() - ttlMs)
  let swept: number
  do {
    signal.throwIfAborted()
    swept = await store.records.sweep(before, pageSizes.records)
  } while (swept === pageSizes.records)
}
