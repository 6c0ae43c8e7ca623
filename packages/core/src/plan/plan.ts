import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { resourceName, walkTree } from './tree.js'

/** What the planner needs of a piece. */
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
 * Derives batches from `after`: a node is behind the last batch of those that it waits for, which are the nodes of
 * its `after` pieces on the same resource or an ancestor. `after` pieces without a node are ignored. `batchesOf`:
 * how many batches a node takes, its own the first of them. Throws `registry-invalid` for a cycle.
 */
export function planBatches(
  tree: ResourceTree,
  piecesOf: (ref: ResourceRef) => readonly PlannedPiece[],
  batchesOf: (ref: ResourceRef, piece: string) => number = () => 1,
): readonly PlannedNode[] {
  const pieces = new Map<string, PlannedPiece>()
  const nodes: { key: string; ref: ResourceRef; piece: PlannedPiece; lineage: readonly ResourceRef[] }[] = []
  for (const { ref, lineage } of walkTree(tree)) {
    for (const piece of piecesOf(ref)) {
      const key = keyOf(ref, piece.name)
      if (pieces.has(key)) throw new PieceworkError('internal', `${key} is planned twice.`)
      pieces.set(key, piece)
      nodes.push({ key, ref, piece, lineage })
    }
  }
  const lineages = new Map(nodes.map((node) => [node.key, node.lineage]))
  const spans = new Map(nodes.map(({ key, ref, piece }) => [key, batchesOf(ref, piece.name)]))
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
      (lineages.get(key) ?? []).map((ref) => keyOf(ref, name)).filter((other) => pieces.has(other)),
    )
    const batch = before.reduce(
      (last, other) => Math.max(last, batchOf(other, [...waiting, key]) + (spans.get(other) ?? 1)),
      0,
    )
    batches.set(key, batch)
    return batch
  }
  return nodes.map(({ key, ref, piece }) => ({ resource: ref, piece: piece.name, batch: batchOf(key, []) }))
}

function keyOf(ref: ResourceRef, piece: string): string {
  return `${resourceName(ref)} ${piece}`
}
