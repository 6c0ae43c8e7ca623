import type { AccessPolicy, Action } from '../contracts/access.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'

/** Throws `forbidden` if the host's policy says so. */
export type Allow = (principal: Principal, action: Action, resource?: ResourceRef, job?: Job) => Promise<void>

export function createAllow(access: AccessPolicy | undefined): Allow {
  return async (principal, action, resource, job) => {
    if (!access || (await access.allows(principal, action, resource, job))) return
    throw new PieceworkError('forbidden', `This principal may not ${action.replace('-', ' ')} here.`)
  }
}
