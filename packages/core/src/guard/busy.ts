import { PieceworkError } from '../contracts/errors.js'
import type { Holder, ResourcePath } from '../contracts/guard.js'

/** The refusal that every store gives. */
export function busy(path: ResourcePath, holder: Holder): PieceworkError {
  const since = holder.since.toISOString()
  return new PieceworkError(
    'resource-busy',
    `${path} is held by ${holder.kind} ${holder.id} since ${since}.`,
    {
      facts: { path, holder: holder.id, kind: holder.kind, since },
      retryable: true,
    },
  )
}
