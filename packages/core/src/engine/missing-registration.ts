import type { Lease } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobKind } from '../contracts/jobs.js'
import type { JobNode, NodeTask } from '../contracts/nodes.js'
import type { Piece } from '../contracts/piece.js'
import { deliveryOf } from '../outputs/deliveries.js'
import { archiveOutput, outputOf } from '../outputs/requested-outputs.js'
import { formatOf } from '../plan/format-of.js'
import type { Registry } from '../plan/registry.js'
import { walkTree } from '../plan/tree.js'

/**
 * What this process lacks for the node: its kind, format or piece, or what the piece has to do. It runs other
 * code than the process of the request; another worker may have it.
 */
export function missingRegistration(registry: Registry, { job, node }: Lease): PieceworkError | undefined {
  if (node.task === 'follow-up') return undefined
  // The last step of what fills nothing needs no pack, and must not wait for one.
  if (node.task === 'finish' && fillsNothing.has(job.kind)) return undefined
  if (node.task === 'deliver') return missingTarget(registry, job, node)
  const what =
    missingKind(registry, job, node) ??
    missingPiece(registry, job, node) ??
    missingOutput(registry, job, node)
  if (what === undefined) return undefined
  return notRegistered(node, what)
}

const fillsNothing: ReadonlySet<JobKind> = new Set(['export', 'validation', 'delivery'])

function missingTarget({ targets }: Registry, job: Job, node: JobNode): PieceworkError | undefined {
  const delivery = deliveryOf(job, node)
  return !delivery || targets.has(delivery.target) ? undefined : targetMissing(node, delivery.target)
}

export function targetMissing({ id }: Pick<JobNode, 'id'>, target: string): PieceworkError {
  const message = `The worker that came to ${id} has no target "${target}": all workers must be given the same targets.`
  return new PieceworkError('piece-unknown', message, { retryable: true })
}

export function notRegistered({ id }: Pick<JobNode, 'id'>, what: string): PieceworkError {
  const message = `The worker that came to ${id} has no pack with the ${what}: all workers must register the same packs.`
  return new PieceworkError('piece-unknown', message, { retryable: true })
}

/**
 * Nodes are many, and so may be the resources of the tree: a node is about its own, the job's own steps about
 * all.
 */
function missingKind(registry: Registry, job: Job, node: JobNode): string | undefined {
  const named = node.resource ? [node.resource.kind] : walkTree(job.tree).map(({ ref }) => ref.kind)
  const fills = job.kind !== 'export' && (node.task === 'shells' || node.task === 'finish')
  for (const name of named) {
    const kind = registry.kinds.get(name)
    if (!kind) return `kind "${name}"`
    if (fills && !kind.shell) return `shell of the kind "${name}"`
  }
  return undefined
}

function missingPiece(
  registry: Registry,
  job: Job,
  { piece: name, task, part, database }: JobNode,
): string | undefined {
  const format = formatOf(job)
  if (format !== 'archive' && !registry.formats.has(format)) return `format "${format}"`
  if (name === undefined) return undefined
  const piece = registry.piece(format, name)
  if (!piece) return `piece "${name}"`
  if (database !== undefined && piece.database !== database)
    return `piece "${name}" in the database "${database}"`
  // Without it, the piece would do the whole for each part.
  const needed = part ? 'plan' : task
  const does = (one: NodeTask) => can(piece, one, job.kind)
  return does(task) && does(needed) ? undefined : `${needed} of the piece "${name}"`
}

function missingOutput({ outputs }: Registry, job: Job, node: JobNode): string | undefined {
  const output = node.task === 'assemble' ? outputOf(job, node) : undefined
  if (!output || output.name === archiveOutput || outputs.has(output.name)) return undefined
  return `output "${output.name}"`
}

function can({ exporter, importer, cloner, keys }: Piece, task: NodeTask, kind: JobKind): boolean {
  switch (task) {
    case 'plan':
      return (kind === 'import' ? importer : exporter)?.parts !== undefined
    case 'export':
      return exporter !== undefined
    case 'import':
      return importer !== undefined
    case 'clone':
      return cloner !== undefined || (exporter !== undefined && importer !== undefined)
    case 'keys':
      return keys?.reserve !== undefined
    default:
      return true
  }
}
