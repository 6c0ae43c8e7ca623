import { PieceworkError } from '../contracts/errors.js'
import type { Holder, ResourcePath } from '../contracts/guard.js'

/** The refusal that every store gives. */
export function resourceBusy(path: ResourcePath, holder: Holder): PieceworkError {
  const { id, kind } = holder
  const since = holder.since.toISOString()
  return new PieceworkError('resource-busy', `${path} is held by ${kind} ${id} since ${since}.`, {
    facts: { path, holder: id, kind, since },
    retryable: true,
  })
}
