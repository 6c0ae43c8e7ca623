import { isTerminal, PieceworkError, type Principal, type ResourceRef } from '@piecework/core'
import { resourceState } from './resource-state.js'
import type { RouteContext } from './route-context.js'

/**
 * Halts the job that makes a resource and removes what there is of it. Throws `unsupported` for one that is complete:
 * the host deletes it as it deletes others; `resource-not-found`, `forbidden`.
 */
export async function discard(
  context: Pick<RouteContext, 'piecework'>,
  resource: ResourceRef,
  principal: Principal,
  signal: AbortSignal,
): Promise<void> {
  const { piecework } = context
  // Before anything is found out: what follows asks about `draft` or `cancel`, as it does of others.
  await piecework.checkAllowed('discard', { resource }, { principal })
  const { state, maker } = await resourceState(context, resource, principal)
  if (!maker || (state !== 'draft' && state !== 'importing' && state !== 'incomplete'))
    throw new PieceworkError(
      'unsupported',
      `The ${resource.kind} is complete: only what is being imported or copied, or was not finished, is removed here.`,
    )
  const isOfUploads = maker.kind === 'import' && maker.request.input?.format !== 'archive'
  if (isOfUploads) {
    const draft = await piecework.draft(resource, { principal })
    return draft.delete(signal)
  }
  await piecework.cancel(maker.id, { principal })
  for await (const { job } of piecework.watch(maker.id, { principal, signal }))
    if (isTerminal(job.status) && job.status === 'succeeded') throw tooLate(resource)
}

/** It was in its last step. */
function tooLate({ kind }: ResourceRef): PieceworkError {
  return new PieceworkError('unsupported', `The ${kind} was completed meanwhile.`)
}
