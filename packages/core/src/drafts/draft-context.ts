import type { Job, JobInput } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { JobControl } from '../handle/job-control.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import type { RequestDeps } from '../requests/request-deps.js'
import { checkRoles } from '../requests/uploads.js'

export interface DraftDeps extends RequestDeps {
  readonly control: JobControl
}

/** What an import draft is about, in whatever process it is held. */
export interface DraftContext {
  readonly deps: DraftDeps
  /** Id of its job. */
  readonly id: string
  /** The shell. */
  readonly resource: ResourceRef
}

export interface StoredDraft {
  readonly job: Job
  readonly input: JobInput
}

/** As it is in the store now. Throws `resource-not-found`. */
export async function storedDraft({ deps, id, resource }: DraftContext): Promise<StoredDraft> {
  const job = await deps.store.jobs.get(id)
  const input = job?.request.input
  if (!job || !input) throw resourceNotFound(resource)
  return { job, input }
}

/** The same; throws `input-incomplete` if an upload is missing. */
export async function completeDraft(context: DraftContext): Promise<StoredDraft> {
  const draft = await storedDraft(context)
  checkRoles(context.deps.inputs.format(draft.input.format), rolesOf(draft.input))
  return draft
}

export function rolesOf({ uploads }: JobInput): readonly string[] {
  return uploads.map(({ role }) => role)
}
