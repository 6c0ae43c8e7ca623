import { isPieceworkError, type Principal, type ResourceRef } from '@piecework/core'
import { resourceNotFound } from '@piecework/core/store'
import type { DiskGate } from '../http/at-most.js'
import type { HttpSettings } from '../http-settings.js'
import type { Place } from './places.js'

/** What routes are made from. */
export interface RouteContext extends HttpSettings {
  readonly places: readonly Place[]
  /** Passed by requests that keep files on the temporary disk. */
  readonly onDisk: DiskGate
  /** Ends the streams. */
  readonly stopping: AbortSignal
}

/**
 * The resource that a path names, if it is below the one that the path names before it. Throws `resource-not-found`.
 */
export async function reach(
  { piecework }: Pick<RouteContext, 'piecework'>,
  place: Place,
  params: Readonly<Record<string, string>>,
  principal: Principal,
): Promise<ResourceRef> {
  const ref = place.refOf(params)
  if (!place.parent) return ref
  try {
    await piecework.guard.holders(pathOf(place, params), { principal })
  } catch (error) {
    throw isPieceworkError(error, 'options-invalid') ? resourceNotFound(ref) : error
  }
  return ref
}

/** As the guard of core takes it: `project:1/scenario:2`. */
function pathOf(place: Place, params: Readonly<Record<string, string>>): string {
  const { kind, id } = place.refOf(params)
  const own = `${encodeURIComponent(kind)}:${encodeURIComponent(id)}`
  return place.parent ? `${pathOf(place.parent, params)}/${own}` : own
}
