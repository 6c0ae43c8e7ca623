import {
  isPieceworkError,
  type Piecework,
  PieceworkError,
  type Principal,
  type ResourceRef,
} from '@piecework/core'

/** Whoever may not view a resource is told what is told where there is none. */
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
    return isPieceworkError(unseen, 'forbidden') ? absent(resource) : unseen
  }
}

/** In the words of core. */
export function absent({ kind, id }: ResourceRef): PieceworkError {
  const shown = id.length <= 100 ? id : `${id.slice(0, 100)}…`
  return new PieceworkError('resource-not-found', `There is no ${kind} ${shown}.`)
}
