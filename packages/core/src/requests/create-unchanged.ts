import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, NewJob } from '../contracts/jobs.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { readTree } from '../plan/source.js'
import { resourceName } from '../plan/tree.js'
import type { SourceRequest } from './export-request.js'

/**
 * Stores a job; throws `resource-busy` unless the tree that was read before the claim was granted is the same
 * under it.
 */
export async function createUnchanged(
  { store, registry }: Pick<EngineDeps, 'store' | 'registry'>,
  job: NewJob,
  { resource, children }: SourceRequest,
  tx?: Queryable,
): Promise<Job> {
  const created = await store.jobs.create(job, tx)
  const now = await readTree(registry, tx ?? store.database, resource, children).catch(() => undefined)
  if (JSON.stringify(now) === JSON.stringify(job.tree)) return created
  if (!tx) await store.jobs.withdraw(created.id)
  const message = `${resourceName(resource)} changed while it was requested.`
  throw new PieceworkError('resource-busy', message, { retryable: true })
}
