import type { Lease } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewNode } from '../contracts/nodes.js'

/** Throws `internal` unless the nodes come after the lease's node and before the last step. */
export function assertLater({ job, node }: Pick<Lease, 'job' | 'node'>, nodes: readonly NewNode[]): void {
  const ids = new Set<string>()
  for (const { id, batch } of nodes) {
    if (batch <= node.batch || batch >= job.batches)
      throw new PieceworkError(
        'internal',
        `${node.id}: ${id} cannot be added to batch ${batch} of ${job.batches}.`,
      )
    if (ids.has(id)) throw new PieceworkError('internal', `${node.id}: ${id} cannot be added twice.`)
    ids.add(id)
  }
}
