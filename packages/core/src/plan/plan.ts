import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { resourceName, walkTree } from './tree.js'

/** What the planner must know of a piece. */
export interface PlannedPiece {
  readonly name: string
  readonly after?: readonly string[]
}

export interface PlannedNode {
  readonly resource: ResourceRef
  readonly piece: string
  /** From 0. */
  readonly batch: number
}

/**
 * Batches from edges: a node comes one batch after the last of the nodes that it waits for, which are those of its `after` pieces
 * of the same resource and of its ancestors. Pieces that the tree does not hold are passed over.
 */
export function planBatches(
  tree: ResourceTree,
  piecesOf: (ref: ResourceRef) => readonly PlannedPiece[],
): readonly PlannedNode[] {
  const places = walkTree(tree)
  const pieces = new Map<string, PlannedPiece>()
  const nodes: { key: string; ref: ResourceRef; piece: PlannedPiece; line: readonly ResourceRef[] }[] = []
  for (const { ref, line } of places) {
    for (const piece of piecesOf(ref)) {
      const key = keyOf(ref, piece.name)
      if (pieces.has(key)) throw new PieceworkError('internal', `${key} is planned twice.`)
      pieces.set(key, piece)
      nodes.push({ key, ref, piece, line })
    }
  }
  const lines = new Map(nodes.map((node) => [node.key, node.line]))
  const batches = new Map<string, number>()
  const batchOf = (key: string, waiting: readonly string[]): number => {
    const known = batches.get(key)
    if (known !== undefined) return known
    if (waiting.includes(key)) {
      throw new PieceworkError(
        'registry-invalid',
        `Pieces wait for each other: ${[...waiting, key].join(' → ')}.`,
      )
    }
    const before = (pieces.get(key)?.after ?? []).flatMap((name) =>
      (lines.get(key) ?? []).map((ref) => keyOf(ref, name)).filter((other) => pieces.has(other)),
    )
    const batch = before.reduce((last, other) => Math.max(last, batchOf(other, [...waiting, key]) + 1), 0)
    batches.set(key, batch)
    return batch
  }
  return nodes.map(({ key, ref, piece }) => ({ resource: ref, piece: piece.name, batch: batchOf(key, []) }))
}

function keyOf(ref: ResourceRef, piece: string): string {
  return `${resourceName(ref)} ${piece}`
}
