import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Store } from '../contracts/store.js'
import { engineTimes, pageSizes } from '../defaults.js'
import type { PieceworkEmitter } from '../events.js'
import { archivePrefix, jobPrefix } from '../tasks/staging.js'

export interface RemovalDeps {
  readonly store: Store
  readonly artifacts: ArtifactStore
  readonly events: PieceworkEmitter
}

/**
 * Deletes what jobs have left whose time is over. What cannot be deleted now delays no other and is tried
 * again.
 */
export async function removeExpired(deps: RemovalDeps, signal: AbortSignal): Promise<void> {
  const limit = pageSizes.retention
  for (;;) {
    const jobs = await deps.store.retention.expired(limit, engineTimes.deletionLeaseMs)
    for (const { id } of jobs) {
      signal.throwIfAborted()
      await remove(deps, id).catch((error: unknown) => deps.events.emit('error', error))
    }
    if (jobs.length < limit) return
  }
}

async function remove({ store, artifacts }: RemovalDeps, job: string): Promise<void> {
  await artifacts.delete(archivePrefix(job))
  await artifacts.delete(jobPrefix(job))
  await store.retention.markDeleted(job)
}
