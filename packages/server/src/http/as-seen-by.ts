import { isPieceworkError, type Piecework, type Principal, type ResourceRef } from '@piecework/core'
import { resourceNotFound } from '@piecework/core/store'

/** A principal that may not view a resource is told what is told where there is none. */
export async function asSeenBy(
  piecework: Piecework,
  principal: Principal,
  resource: ResourceRef | undefined,
  error: unknown,
): Promise<unknown> {
  if (!resource || !isPieceworkError(error, 'forbidden')) return error
  try {
    await piecework.checkAllowed('view', { resource }, { principal })
    return error
  } catch (unseen) {
    return isPieceworkError(unseen, 'forbidden') ? resourceNotFound(resource) : unseen
  }
}
