import type { ManifestPiece } from '../archive/manifest.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Registry } from '../plan/registry.js'
import { resourceName } from '../plan/tree.js'

/** The nodes that have exported something, by resource; of one resource by piece, in order. */
export function exportedBy(
  nodes: readonly JobNode[],
): ReadonlyMap<string, ReadonlyMap<string, readonly JobNode[]>> {
  assertOneMoment(nodes)
  const byResource = new Map<string, Map<string, JobNode[]>>()
  for (const node of nodes) {
    if (node.task !== 'export' || !node.resource || node.piece === undefined) continue
    const name = resourceName(node.resource)
    const own = byResource.get(name) ?? new Map<string, JobNode[]>()
    const pieces = own.get(node.piece) ?? []
    pieces.push(node)
    own.set(node.piece, pieces)
    byResource.set(name, own)
  }
  for (const [name, own] of byResource)
    byResource.set(name, new Map([...own].sort(([a], [b]) => compare(a, b))))
  return byResource
}

/** What the manifest says of a piece that these nodes have exported: all of it, or its parts. */
export function pieceOf(
  registry: Registry,
  name: string,
  nodes: readonly JobNode[],
): Omit<ManifestPiece, 'resource' | 'entries'> {
  const piece = registry.piece('archive', name)
  if (!piece) throw new PieceworkError('piece-unknown', `No pack knows the piece "${name}".`)
  const [written = piece.version, ...others] = new Set(nodes.map((node) => node.version ?? piece.version))
  if (others.length > 0)
    throw new PieceworkError(
      'source-changed',
      `Parts of ${name} were exported in versions ${[written, ...others].join(' and ')} of the piece.`,
      { retryable: true },
    )
  assertWhole(name, nodes)
  const parts = nodes[0]?.part?.of
  return {
    name,
    version: written,
    ...(piece.exportOnly && { exportOnly: true as const }),
    ...(parts !== undefined && { parts }),
  }
}

/** What was read at two moments is no copy of anything. */
function assertOneMoment(nodes: readonly JobNode[]): void {
  const moments = new Set(nodes.flatMap(({ moment }) => moment ?? []))
  const isMixed = moments.size > 1 || (moments.size === 1 && nodes.some(({ reusedFrom }) => reusedFrom))
  if (isMixed) throw new PieceworkError('internal', 'The exports of this job are not of one moment.')
}

/** One node without a part, or each of its parts once. */
function assertWhole(name: string, nodes: readonly JobNode[]): void {
  const numbers = new Set(nodes.map(({ part }) => part?.number))
  const of = nodes[0]?.part?.of ?? 1
  const isWhole = nodes.every(({ part, status }) => status === 'done' && (part?.of ?? 1) === of)
  if (isWhole && numbers.size === of && nodes.length === of) return
  throw new PieceworkError('internal', `${name}: ${nodes.length} parts were exported, not ${of}.`)
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
