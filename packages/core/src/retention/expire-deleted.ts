import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import type { PieceworkEmitter } from '../events.js'
import type { Registry } from '../plan/registry.js'
import { keptJobs } from './kept-jobs.js'

export interface DeletedResourceDeps {
  readonly store: Store
  readonly registry: Registry
  readonly events: PieceworkEmitter
}

/** Archives of resources that the host has deleted expire, also when it has not called `forget`. */
export async function expireDeleted(deps: DeletedResourceDeps, signal: AbortSignal): Promise<void> {
  for await (const job of keptJobs(deps.store)) {
    signal.throwIfAborted()
    if (job.kind !== 'export') continue
    await expireIfDeleted(deps, job).catch((error: unknown) => deps.events.emit('error', error))
  }
}

async function expireIfDeleted({ store, registry }: DeletedResourceDeps, { id, tree }: Job): Promise<void> {
  const kind = registry.kinds.get(tree.kind)
  if (kind && !(await kind.describe(tree, store.database))) await store.retention.expire(id)
}
