import type { NamedThing } from '../contracts/access.js'
import type { Action } from '../contracts/action.js'
import type { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { jobNotFound } from '../handle/job-not-found.js'
import { type Allow, forbidden, isAllowed } from './allow.js'
import { asRefusal } from './refusals.js'

/** The resource that a job reads or, of an import or a validation, makes. */
export function resourceOf({ kind, tree, target }: Job): ResourceRef | undefined {
  return kind === 'import' || kind === 'validation' ? target : { kind: tree.kind, id: tree.id }
}

interface AllowJobOptions {
  readonly named?: NamedThing | undefined
  /** What is thrown where nothing of the name is there; default `job-not-found`. */
  readonly absent?: () => PieceworkError
}

/**
 * Asks the access policy about something of a job. Throws `forbidden`; to a principal that may not view the job either, what is
 * thrown where there is none.
 */
export async function allowJob(
  allow: Allow,
  principal: Principal | undefined,
  action: Action,
  job: Job,
  { named, absent = () => jobNotFound(job.id) }: AllowJobOptions = {},
): Promise<void> {
  if (await isAllowed(allow(principal, action, resourceOf(job), job, named))) return
  if (action === 'view' || !(await mayView(allow, principal, job))) throw asRefusal(absent())
  throw forbidden(action)
}

export function mayView(allow: Allow, principal: Principal | undefined, job: Job): Promise<boolean> {
  return isAllowed(allow(principal, 'view', resourceOf(job), job))
}
