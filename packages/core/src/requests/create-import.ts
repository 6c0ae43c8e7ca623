import { allowResource } from '../access/allow-resource.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { requestedFollowUps } from '../follow-ups/requested-follow-ups.js'
import { canonicalRef } from '../plan/canonical-ref.js'
import { jobPrefix } from '../tasks/staging.js'
import { type UploadedArchive, uploadedArchive } from '../uploads/uploaded-archive.js'
import { chosenInput } from './choose-nodes.js'
import { createInputJob, type InputKind } from './create-input-job.js'
import { checkImport, type ImportRequest } from './import-request.js'
import { type GivenInput, receiveInput } from './receive-input.js'
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
  await allowResource(deps.allow, principal, 'import', into)
  const followUps = requestedFollowUps(deps.followUps, request)
  const uploaded = await uploadOf(deps, request)
  // Its bytes lie where those of this job do.
  const id = kind === 'import' && uploaded ? uploaded.job : deps.environment.uuid()
  try {
    const files = uploaded
      ? { format: 'archive', uploads: [uploaded.file] }
      : await receiveInput(deps, id, { principal, ...filesOf(request) }, tx)
    const input = { ...files, ...chosenInput('import()', request) }
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
      {
        id,
        kind,
        principal,
        input,
        request: stored,
        recipient: request.recipient,
        makes: request.kind,
        ...limits,
        ...(kind === 'import' && uploaded && { upload: uploaded.file.id }),
      },
      { ...(tx && { tx }) },
    )
  } catch (error) {
    // What was uploaded before can be imported again.
    if (!uploaded && (tx || (await isUnknown(deps.store, id))))
      await deps.artifacts.delete(jobPrefix(id)).catch(() => undefined)
    throw error
  }
}

async function uploadOf(deps: RequestDeps, request: ImportRequest): Promise<UploadedArchive | undefined> {
  if (!('archive' in request && 'upload' in request.archive)) return undefined
  return uploadedArchive(deps, request.archive.upload, request.principal)
}

function filesOf(request: ImportRequest): Pick<GivenInput, 'format' | 'uploads'> {
  if (!('archive' in request)) return request
  const { archive } = request
  if ('upload' in archive) throw new PieceworkError('internal', 'An upload is in the artifact store.')
  return { format: 'archive', uploads: { archive } }
}

/** The answer to a commit can be lost: only what certainly has no job may be deleted at once. */
async function isUnknown(store: Store, job: string): Promise<boolean> {
  try {
    return (await store.jobs.get(job)) === undefined
  } catch {
    return false
  }
}
