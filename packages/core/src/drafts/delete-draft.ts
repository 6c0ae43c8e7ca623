import { PieceworkError } from '../contracts/errors.js'
import { isTerminal } from '../engine/machine.js'
import { databaseOf } from '../plan/in-database.js'
import { openShellSession } from '../tasks/open-session.js'
import { otherDatabases, removeResources, removeRows } from '../tasks/remove-resources.js'
import { jobPrefix } from '../tasks/staging.js'
import { type DraftContext, storedDraft } from './draft-context.js'

/** Stops what runs, then removes the shells with all that is in them, and all uploads. */
export async function deleteDraft(context: DraftContext, signal?: AbortSignal): Promise<void> {
  const { deps, id, resource, principal } = context
  const { store, registry, artifacts, control, recorder } = deps
  let { job } = await storedDraft(context)
  await recorder.allowed({ principal, action: 'draft', resource, job })
  if (!isTerminal(job.status)) {
    await control.end(id)
    job = (await control.ended(id, signal)).job
  }
  if (job.status === 'succeeded') {
    const message = `The ${resource.kind} ${resource.id} is complete: delete it as you delete others.`
    throw new PieceworkError('unsupported', message)
  }
  // First, for nothing leads to them once the resource is gone.
  if (job.result.retryUntil) await store.retention.expire(id)
  await artifacts.delete(jobPrefix(id))
  for (const database of otherDatabases(registry, job))
    await databaseOf(store, database).transaction(async (tx) => {
      await openShellSession(deps, job, tx, database)
      await removeRows(registry, job, tx, { database })
    })
  await store.database.transaction(async (tx) => {
    await openShellSession(deps, job, tx)
    await removeResources(registry, job, tx)
  })
}
