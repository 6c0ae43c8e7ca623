import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef } from '../contracts/resource.js'

export function resourceNotFound({ kind, id }: ResourceRef): PieceworkError {
  const shown = id.length <= 100 ? id : `${id.slice(0, 100)}…`
  return new PieceworkError('resource-not-found', `There is no ${kind} ${shown}.`)
}
