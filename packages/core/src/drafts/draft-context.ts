import { allowJob } from '../access/allow-job.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { JobInput } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { JobControl } from '../handle/job-control.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import type { Recorder } from '../record/recorder.js'
import type { RequestDeps } from '../requests/request-deps.js'
import type { RequestOnce } from '../requests/request-once.js'
import { checkRoles, missingRoles } from '../requests/uploads.js'
import { isSorted, openInput, readInput, uploadsChanged } from './draft-state.js'

export interface DraftDeps extends RequestDeps {
  readonly control: JobControl
  readonly recorder: Recorder
  readonly once: RequestOnce
  readonly draftTtlMs: number
}

/** What an import draft is about, in whatever process it is held. */
export interface DraftContext {
  readonly deps: DraftDeps
  /** Id of its job. */
  readonly id: string
  /** The shell. */
  readonly resource: ResourceRef
  /** Who holds it. */
  readonly principal: Principal | undefined
}

export interface StoredDraft {
  readonly job: Job
  readonly input: JobInput
}

/** As it is in the store now, if its holder may still have it. Throws `resource-not-found`, `forbidden`. */
export async function storedDraft({ deps, id, resource, principal }: DraftContext): Promise<StoredDraft> {
  const job = await deps.store.jobs.get(id)
  const input = job?.request.input
  if (!job || !input) throw resourceNotFound(resource)
  await allowJob(deps.allow, principal, 'draft', job, { absent: () => resourceNotFound(resource) })
  return { job, input }
}

/** The same of one whose uploads may change, which is recorded before they do. Throws `uploads-closed`. */
export async function draftToChange(context: DraftContext): Promise<StoredDraft> {
  const { deps, resource, principal } = context
  const draft = await storedDraft(context)
  openInput(draft.job)
  await deps.recorder.allowed({ principal, action: 'draft', resource, job: draft.job })
  return draft
}

/**
 * The same; throws `input-incomplete` if an upload is missing, or if none is there of those of which some may be `partial`,
 * and `resource-busy` if one came since the sort.
 */
export async function completeDraft(context: DraftContext, partial?: true): Promise<StoredDraft> {
  const draft = await storedDraft(context)
  const { input } = draft
  if (!isSorted(input)) throw uploadsChanged('they were sorted')
  const format = context.deps.inputs.format(input.format)
  const roles = rolesOf(readInput(input))
  if (!partial || !format.partial || roles.length === 0) checkRoles(format, roles, input.sorting?.findings)
  const missing = missingRoles(format, roles)
  return missing.length === 0 ? draft : { ...draft, input: { ...input, missing } }
}

export function rolesOf({ uploads }: JobInput): readonly string[] {
  return uploads.map(({ role }) => role)
}

/** What is planned over the uploads. Of a draft that has ended meanwhile they are gone: then that is the reason. */
export async function planOpen<Plan>({ deps, id }: DraftContext, plan: Promise<Plan>): Promise<Plan> {
  try {
    return await plan
  } catch (error) {
    const job = isPieceworkError(error, 'artifact-not-found') && (await deps.store.jobs.get(id))
    if (job) openInput(job)
    throw error
  }
}
