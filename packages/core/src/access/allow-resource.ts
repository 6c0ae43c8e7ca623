import type { NamedThing } from '../contracts/access.js'
import type { Action } from '../contracts/action.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import { type Allow, forbidden, isAllowed } from './allow.js'
import { asRefusal } from './refusals.js'

/**
 * Asks the access policy about something of a resource that a call has named, or of none. Throws `forbidden`; to a principal that
 * may not view the resource either, `resource-not-found`, as where there is none.
 */
export async function allowResource(
  allow: Allow,
  principal: Principal | undefined,
  action: Action,
  resource: ResourceRef | undefined,
  named?: NamedThing,
): Promise<void> {
  if (!resource) return allow(principal, action, resource, undefined, named)
  if (await isAllowed(allow(principal, action, resource, undefined, named))) return
  if (action === 'view' || !(await isAllowed(allow(principal, 'view', resource))))
    throw asRefusal(resourceNotFound(resource))
  throw forbidden(action)
}
