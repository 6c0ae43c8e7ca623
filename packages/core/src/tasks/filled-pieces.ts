import type { JobNode } from '../contracts/nodes.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { formatOf } from '../plan/format-of.js'
import type { AttemptContext } from './attempt-context.js'

/** A piece of the job, and the exported resources that it fills. */
export interface FilledPiece {
  readonly task: 'import' | 'clone'
  readonly piece: Piece
  readonly sources: readonly ResourceRef[]
}

/** Of nodes of the attempt's job. */
export function filledPieces(
  { lease, registry }: Pick<AttemptContext, 'lease' | 'registry'>,
  nodes: readonly JobNode[],
): readonly FilledPiece[] {
  const { job } = lease
  const format = formatOf(job)
  const tasks = {
    import: 'import',
    clone: 'clone',
    plan: job.kind === 'import' ? 'import' : undefined,
  } as const
  const filled = new Map<string, FilledPiece & { readonly sources: ResourceRef[] }>()
  for (const { task: own, piece: name, resource } of nodes) {
    const task = tasks[own as keyof typeof tasks]
    if (!task || name === undefined || !resource) continue
    const piece = registry.piece(format, name)
    if (!piece) continue
    const one = filled.get(name) ?? { task, piece, sources: [] }
    one.sources.push(resource)
    filled.set(name, one)
  }
  return [...filled.values()]
}
