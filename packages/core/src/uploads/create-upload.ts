import { allowResource } from '../access/allow-resource.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewPartialUpload, PartialUpload } from '../contracts/uploads.js'
import { draftOf } from '../drafts/draft-of.js'
import { openInput } from '../drafts/draft-state.js'
import { assertUnsortedRoom, unsorted, unsortedRole } from '../drafts/unsorted.js'
import { canonicalRef } from '../plan/canonical-ref.js'
import { parseMetadata, roleOf, tooLarge } from '../requests/uploads.js'
import type { UploadDeps } from './upload-deps.js'
import type { NewUploadRequest } from './upload-request.js'

/** Checks all that can be known before the first byte, and keeps a place for it. */
export async function createUpload(deps: UploadDeps, request: NewUploadRequest): Promise<PartialUpload> {
  const { store, environment, uploads } = deps
  const target = await targetOf(deps, request)
  const { principal, size, fileName = target.role ?? 'archive', clientMetadata } = request
  return store.uploads.create({
    id: environment.uuid(),
    principal,
    size,
    fileName,
    ...(clientMetadata !== undefined && { clientMetadata }),
    ...target,
    ...uploads,
  })
}

type UploadTarget = Pick<NewPartialUpload, 'job' | 'role' | 'metadata' | 'into'>

async function targetOf(deps: UploadDeps, request: NewUploadRequest): Promise<UploadTarget> {
  const given = ['draft', 'role', 'metadata', 'archive', 'into'].filter((name) =>
    Object.hasOwn(request, name),
  )
  if ('draft' in request && 'role' in request && !given.includes('archive') && !given.includes('into'))
    return draftTarget(deps, request)
  if ('archive' in request && given.every((name) => name === 'archive' || name === 'into'))
    return archiveTarget(deps, request)
  const got = given.length > 0 ? `, not ${given.join(' and ')}` : ''
  throw new PieceworkError('options-invalid', `createUpload() takes either draft and role, or archive${got}.`)
}

async function draftTarget(
  deps: UploadDeps,
  {
    principal,
    draft,
    role: name,
    size,
    fileName,
    metadata: given,
  }: Extract<NewUploadRequest, { draft: unknown }>,
): Promise<UploadTarget> {
  const job = await draftOf(deps, draft, principal)
  const input = openInput(job)
  const format = deps.inputs.format(input.format)
  const role = roleOf(format, name)
  const kept = name === unsorted ? unsortedRole(fileName) : name
  assertUnsortedRoom(format, input.uploads, kept)
  const metadata = parseMetadata(name, role, given)
  if (size > role.maxBytes) throw tooLarge(name, role.maxBytes, size)
  await deps.recorder.allowed({ principal, action: 'draft', resource: job.target, job })
  return { job: job.id, role: kept, ...(metadata && { metadata }) }
}

/** The job is that of the import that will be requested, so that its bytes lie where that one's do. */
async function archiveTarget(
  { registry, store, allow, inputs, environment }: UploadDeps,
  { principal, size, into: given }: Extract<NewUploadRequest, { archive: true }>,
): Promise<UploadTarget> {
  const into = given && (await canonicalRef(registry, store.database, given))
  await allowResource(allow, principal, 'import', into)
  const role = roleOf(inputs.format('archive'), 'archive')
  if (size > role.maxBytes) throw tooLarge('archive', role.maxBytes, size)
  return { job: environment.uuid(), ...(into && { into }) }
}
