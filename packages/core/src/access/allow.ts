import type { AccessPolicy, NamedThing } from '../contracts/access.js'
import type { Action } from '../contracts/action.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Recorder } from '../record/recorder.js'

/**
 * Throws `forbidden` if the host's policy says so, and `options-invalid` if there is a policy but no principal
 * to ask it about.
 */
export type Allow = (
  principal: Principal | undefined,
  action: Action,
  resource?: ResourceRef,
  job?: Job,
  named?: NamedThing,
) => Promise<void>

/** `refused` is called with what the policy has refused, before that is thrown. */
export function createAllow(access: AccessPolicy | undefined, refused?: Recorder['refused']): Allow {
  return async (principal, action, resource, job, named) => {
    if (!access) return
    if (!principal)
      throw new PieceworkError(
        'options-invalid',
        'The access policy is asked about every call: say who makes it, { principal: { id } }.',
      )
    // A policy that answers with anything else, an object for instance, has allowed nothing.
    if ((await access.allows(principal, action, resource, job, named)) === true) return
    await refused?.({ principal, action, resource, job })
    throw forbidden(action)
  }
}

/** False where the policy has refused. */
export async function isAllowed(asked: Promise<void>): Promise<boolean> {
  try {
    await asked
    return true
  } catch (error) {
    if (isPieceworkError(error, 'forbidden')) return false
    throw error
  }
}

export function forbidden(action: Action): PieceworkError {
  return new PieceworkError('forbidden', `This principal may not ${action.replace('-', ' ')} here.`)
}
