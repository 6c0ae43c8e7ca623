import type { Action } from '../contracts/action.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Allow } from './allow.js'

/** The resource that a job reads or, of an import or a validation, makes. */
export function resourceOf({ kind, tree, target }: Job): ResourceRef | undefined {
  return kind === 'import' || kind === 'validation' ? target : { kind: tree.kind, id: tree.id }
}

/** Asks the access policy about something of a job. Throws `forbidden`. */
export function allowJob(
  allow: Allow,
  principal: Principal | undefined,
  action: Action,
  job: Job,
): Promise<void> {
  return allow(principal, action, resourceOf(job), job)
}

/** Those of the jobs that the principal may see. */
export async function viewable(
  allow: Allow,
  principal: Principal | undefined,
  jobs: readonly Job[],
): Promise<readonly Job[]> {
  const seen: Job[] = []
  for (const job of jobs) {
    try {
      await allowJob(allow, principal, 'view', job)
      seen.push(job)
    } catch (error) {
      if (!isPieceworkError(error, 'forbidden')) throw error
    }
  }
  return seen
}
