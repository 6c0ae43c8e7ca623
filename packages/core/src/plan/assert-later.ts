import type { Lease } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { NewNode } from '../contracts/nodes.js'

/** Throws `internal` unless the nodes are of the batch of the lease's node or a later one, before the last step. */
export function assertLater({ job, node }: Pick<Lease, 'job' | 'node'>, nodes: readonly NewNode[]): void {
  const ids = new Set<string>()
  for (const { id, batch } of nodes) {
    if (batch < node.batch || batch >= job.batches)
      throw new PieceworkError(
        'internal',
        `${node.id}: ${id} cannot be added to batch ${batch} of ${job.batches}.`,
      )
    if (ids.has(id)) throw new PieceworkError('internal', `${node.id}: ${id} cannot be added twice.`)
    ids.add(id)
  }
}

/** Those that a job takes on: none for the batch under way once its outcome is known, or it was stopped. */
export function takenOn({ batch, outcome, stopped }: Job, nodes: readonly NewNode[]): readonly NewNode[] {
  return outcome === undefined && !stopped ? nodes : nodes.filter((node) => node.batch !== batch)
}
