import { isPieceworkError } from '@piecework/core'
import type { HttpResponse } from '../http/http-response.js'
import { knownPrincipal } from '../http/known-principal.js'
import type { HttpSettings } from '../http-settings.js'
import { problemResponse } from '../problems/problem.js'
import { statusOf } from '../problems/statuses.js'
import { holdEdit } from './hold-edit.js'
import type { ResourceOf } from './resource-of.js'

export interface Passed {
  /** Absent: it may go on. */
  readonly refusal?: HttpResponse
  /** To call when the edit has been answered. */
  release(): void
}

const nothing = (): void => undefined

/** Takes the resource of a request that changes something. Throws what `resourceOf` throws. */
export async function passes(
  settings: HttpSettings,
  method: string,
  host: unknown,
  resourceOf: ResourceOf<unknown>,
): Promise<Passed> {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return { release: nothing }
  const resource = await resourceOf(host)
  if (!resource) return { release: nothing }
  try {
    const principal = await knownPrincipal(settings, host)
    return { release: await holdEdit(settings, resource, principal) }
  } catch (error) {
    const code = isPieceworkError(error) ? error.code : 'internal'
    if (statusOf(code).status >= 500) settings.onError(error)
    return { refusal: problemResponse(error), release: nothing }
  }
}
