import type { ArchiveLimits } from '../archive/limits.js'
import type { ByteSource } from '../archive/source.js'
import type { EntryDiff } from '../contracts/compare.js'
import type { Transaction } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { walkTree } from '../plan/tree.js'
import type { SourceRequest } from '../requests/export-request.js'
import { compareNode, entriesOnlyIn } from './compare-node.js'
import { exportLive } from './live-export.js'
import { matchResources, type ResourcePair } from './match-resources.js'
import { refusePieceElsewhere } from './refuse-elsewhere.js'
import { archiveSide, liveSide, type Side } from './side.js'

interface PieceDiff {
  readonly piece: string
  /** Absent: both sides have it. */
  readonly onlyIn?: 'a' | 'b'
  readonly equal: boolean
  readonly entries: readonly EntryDiff[]
}

interface ResourceDiff {
  /** Absent: only b has it. */
  readonly a?: ResourceRef
  /** Absent: only a has it. */
  readonly b?: ResourceRef
  /** By which a child was found among its siblings: a scenario's number. Absent: by its place. */
  readonly key?: string
  readonly equal: boolean
  readonly pieces: readonly PieceDiff[]
}

/** What is different, from a to b. Ids are no difference. */
export interface Diff {
  readonly equal: boolean
  /** Parents before children; those that are equal, too. */
  readonly resources: readonly ResourceDiff[]
}

export interface DiffDeps
  extends Pick<EngineDeps, 'store' | 'registry' | 'artifacts' | 'environment' | 'session' | 'allow'> {
  readonly limits: Partial<ArchiveLimits> | undefined
}

/**
 * Throws `options-invalid` for resources of different kinds. Needs temporary tables of the host's database;
 * writes nothing.
 */
export async function diff(
  deps: DiffDeps,
  a: ByteSource | SourceRequest,
  b: ByteSource | SourceRequest,
  signal: AbortSignal,
): Promise<Diff> {
  const ends: (() => Promise<void>)[] = []
  const open = async (side: 'a' | 'b', source: ByteSource | SourceRequest): Promise<Side> => {
    if (!('resource' in source)) return archiveSide(side, source, deps)
    const live = await exportLive(deps, deps.allow, source, signal)
    ends.push(live.remove)
    return liveSide(side, live, deps)
  }
  try {
    const sides = { a: await open('a', a), b: await open('b', b) }
    refuseElsewhere(deps, sides)
    const [one, other] = [sides.a.tree.kind, sides.b.tree.kind]
    if (one !== other)
      throw new PieceworkError('options-invalid', `A ${one} cannot be compared with a ${other}.`)
    return await deps.store.database.transaction((tx) => compareSides(deps, sides, tx, signal), {
      signal,
    })
  } finally {
    for (const end of ends) await end()
  }
}

interface Sides {
  readonly a: Side
  readonly b: Side
}

/** A comparison is one transaction. */
function refuseElsewhere({ registry }: Pick<DiffDeps, 'registry'>, sides: Sides): void {
  for (const side of [sides.a, sides.b])
    for (const { ref } of walkTree(side.tree))
      for (const { name } of side.nodesOf(ref))
        refusePieceElsewhere({ name, database: registry.pieces.get(name)?.database })
}

async function compareSides(
  { registry }: Pick<DiffDeps, 'registry'>,
  sides: Sides,
  tx: Transaction,
  signal: AbortSignal,
): Promise<Diff> {
  const pairs = await matchResources(sides.a.tree, sides.b.tree, async (side, ref) => {
    for (const node of sides[side].nodesOf(ref)) {
      const key = await node.piece?.comparer?.resourceKey?.(node, tx)
      if (key !== undefined) return key
    }
    return undefined
  })
  for (const side of ['a', 'b'] as const)
    sides[side].matched(
      pairs.flatMap(({ [side]: ref }, at) =>
        ref ? [{ table: registry.kind(ref.kind).table, id: ref.id, same: `${ref.kind} ${at + 1}` }] : [],
      ),
    )
  const resources: ResourceDiff[] = []
  for (const pair of pairs) {
    const pieces = await comparePieces(sides, pair, tx, signal)
    const equal = !!pair.a && !!pair.b && pieces.every((piece) => piece.equal)
    resources.push({ ...pair, equal, pieces })
  }
  return { equal: resources.every((resource) => resource.equal), resources }
}

async function comparePieces(
  sides: Sides,
  pair: ResourcePair,
  tx: Transaction,
  signal: AbortSignal,
): Promise<readonly PieceDiff[]> {
  const ofA = pair.a ? sides.a.nodesOf(pair.a) : []
  const ofB = pair.b ? sides.b.nodesOf(pair.b) : []
  const pieces: PieceDiff[] = []
  for (const piece of new Set([...ofA, ...ofB].map(({ name }) => name))) {
    signal.throwIfAborted()
    const a = ofA.find(({ name }) => name === piece)
    const b = ofB.find(({ name }) => name === piece)
    if (a && b) {
      const entries = await compareNode(a, b, tx, signal)
      pieces.push({ piece, equal: entries.every((entry) => entry.equal), entries })
      continue
    }
    const only = a ?? b
    if (only) pieces.push({ piece, onlyIn: only.side, equal: false, entries: entriesOnlyIn(only) })
  }
  return pieces
}
