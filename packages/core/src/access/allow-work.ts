import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Store } from '../contracts/store.js'
import { outlivesStop } from '../engine/machine.js'
import { deliveryOf } from '../outputs/deliveries.js'
import { madeOutput } from '../outputs/made-output.js'
import { deliveredJob } from '../tasks/deliver.js'
import type { Allow } from './allow.js'
import { allowInput } from './allow-artifact.js'
import { resourceOf } from './allow-job.js'

/**
 * Asks the access policy again when a piece or a step begins: its principal may have lost the right since the
 * request. The last step is always allowed, because it also cleans up, and so is what the host does after it. Throws
 * `forbidden`; a policy that fails is asked again by the next attempt.
 */
export async function allowWork(
  deps: { readonly store: Store; readonly allow: Allow },
  job: Job,
  node: Pick<JobNode, 'id' | 'task'>,
): Promise<void> {
  if (outlivesStop(node.task)) return
  try {
    await allowRequest(deps.allow, job)
    await allowInput(deps, job)
    if (node.task === 'deliver') await allowDelivery(deps, job, node)
  } catch (cause) {
    if (isPieceworkError(cause)) throw cause
    const message = 'The access policy failed when it was asked whether the job may go on.'
    throw new PieceworkError('internal', message, { cause, retryable: true })
  }
}

/** What the request of the job was allowed by. */
async function allowRequest(allow: Allow, job: Job): Promise<void> {
  const { kind, principal, tree, request } = job
  const source = { kind: tree.kind, id: tree.id }
  if (kind === 'delivery') return
  if (kind === 'export') return allow(principal, 'export', source, job)
  if (kind === 'clone') await allow(principal, 'clone-from', source, job)
  if (kind !== 'clone' || request.into) await allow(principal, 'import', request.into, job)
}

/** Before any byte goes out. */
async function allowDelivery(
  { store, allow }: { readonly store: Store; readonly allow: Allow },
  job: Job,
  node: Pick<JobNode, 'id'>,
): Promise<void> {
  const delivery = deliveryOf(job, node)
  if (!delivery) return
  const source = await deliveredJob({ store }, job)
  const { artifact } = madeOutput(source, delivery.output)
  await allow(job.principal, 'deliver', resourceOf(source), source, { artifact, target: delivery.target })
}
