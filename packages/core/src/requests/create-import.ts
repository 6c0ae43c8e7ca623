import type { Queryable } from '../contracts/database.js'
import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { requestedFollowUps } from '../follow-ups/requested-follow-ups.js'
import { canonicalRef } from '../plan/canonical-ref.js'
import { jobPrefix } from '../tasks/staging.js'
import { createInputJob, type InputKind } from './create-input-job.js'
import { checkImport, type ImportRequest } from './import-request.js'
import { receiveInput } from './receive-input.js'
import type { RequestDeps } from './request-deps.js'

/**
 * Stores the files of an import or a validation, then the job. If there is no job in the end, nothing of them
 * stays.
 */
export async function createImport(
  deps: RequestDeps,
  kind: InputKind,
  given: ImportRequest,
  tx?: Queryable,
): Promise<Job> {
  const request = checkImport(kind === 'import' ? 'import()' : 'validate()', given)
  const { principal, name, keepUploads } = request
  const { registry, store } = deps
  const into = request.into && (await canonicalRef(registry, tx ?? store.database, request.into))
  const limits = deps.jobLimits(request)
  await deps.allow(principal, 'import', into)
  const followUps = requestedFollowUps(deps.followUps, request)
  const id = deps.environment.uuid()
  try {
    const { format, uploads } =
      'archive' in request ? { format: 'archive', uploads: { archive: request.archive } } : request
    const input = await receiveInput(deps, id, { principal, format, uploads }, tx)
    const stored = {
      options: request.options ?? {},
      ...followUps,
      input,
      ...(name !== undefined && { name }),
      ...(into && { into }),
      ...(keepUploads && { keepUploads }),
    }
    return await createInputJob(
      deps,
      { id, kind, principal, input, request: stored, recipient: request.recipient, ...limits },
      { ...(tx && { tx }) },
    )
  } catch (error) {
    if (tx || (await isUnknown(deps.store, id)))
      await deps.artifacts.delete(jobPrefix(id)).catch(() => undefined)
    throw error
  }
}

/** The answer to a commit can be lost: only what certainly has no job may be deleted at once. */
async function isUnknown(store: Store, job: string): Promise<boolean> {
  try {
    return (await store.jobs.get(job)) === undefined
  } catch {
    return false
  }
}
