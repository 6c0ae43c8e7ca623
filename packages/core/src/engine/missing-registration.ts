import type { Lease } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Registry } from '../plan/registry.js'
import { walkTree } from '../plan/tree.js'

/**
 * The node's kind, format or piece that this process has no pack for: it runs other code than the process of
 * the request. Another worker may have it, so the attempt is worth another one.
 */
export function missingRegistration(registry: Registry, { job, node }: Lease): PieceworkError | undefined {
  // The last step of what fills nothing needs no pack, and must not wait for one.
  if (node.task === 'finish' && (job.kind === 'export' || job.kind === 'validation')) return undefined
  const format = job.request.input?.format ?? 'archive'
  // Nodes are many, and so may be the resources of the tree: a node is about its own, the job's own steps
  // about all.
  const kinds = node.resource ? [node.resource.kind] : walkTree(job.tree).map(({ ref }) => ref.kind)
  const kind = kinds.find((one) => !registry.kinds.has(one))
  const what =
    kind !== undefined
      ? `kind "${kind}"`
      : format !== 'archive' && !registry.formats.has(format)
        ? `format "${format}"`
        : node.piece !== undefined && !registry.piece(format, node.piece)
          ? `piece "${node.piece}"`
          : undefined
  if (what === undefined) return undefined
  const message = `The worker that came to ${node.id} has no pack with the ${what}: all workers must register the same packs.`
  return new PieceworkError('piece-unknown', message, { retryable: true })
}
