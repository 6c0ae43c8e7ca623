import type { JobNode, NodeTask } from '../contracts/nodes.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { formatOf } from '../plan/format-of.js'
import type { AttemptContext } from './attempt-context.js'

/** A piece of the job, and the exported resources that it fills. */
export interface FilledPiece {
  readonly task: NodeTask
  readonly piece: Piece
  readonly sources: readonly ResourceRef[]
}

/** Of nodes of the attempt's job. */
export function filledPieces(
  { lease, registry }: Pick<AttemptContext, 'lease' | 'registry'>,
  nodes: readonly JobNode[],
): readonly FilledPiece[] {
  const format = formatOf(lease.job)
  const filled = new Map<string, FilledPiece & { readonly sources: ResourceRef[] }>()
  for (const { task, piece: name, resource } of nodes) {
    if ((task !== 'import' && task !== 'clone') || name === undefined || !resource) continue
    const piece = registry.piece(format, name)
    if (!piece) continue
    const one = filled.get(name) ?? { task, piece, sources: [] }
    one.sources.push(resource)
    filled.set(name, one)
  }
  return [...filled.values()]
}
