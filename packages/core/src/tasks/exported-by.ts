import { PieceworkError } from '../contracts/errors.js'
import type { JobNode, StagedEntry } from '../contracts/nodes.js'
import type { NodePart } from '../contracts/parts.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Registry } from '../plan/registry.js'
import { resourceName } from '../plan/tree.js'

/** What the nodes of one piece of one resource have exported together. */
export interface ExportedPiece {
  readonly resource: ResourceRef
  readonly name: string
  readonly version: number
  readonly counts: PieceCounts
  /** Of the nodes that exported it. */
  readonly batch: number
  /** So many have exported it in parts. Absent: one, the whole. */
  readonly parts?: number
  readonly firstPart?: NodePart
  /** Of parts in the order of their numbers. */
  readonly entries: readonly StagedEntry[]
}

interface Kept {
  /** Default: all. */
  readonly pieces?: readonly string[] | undefined
  /** Tables, and what was exported whole: not what parts have written for themselves. */
  readonly joinedOnly?: true
}

/**
 * What an export has read, by resource; of one resource by piece, in order. `pages`: of all its nodes, of which none is
 * held. Throws `source-changed`, and `internal` for what is not whole.
 */
export async function exportedBy(
  registry: Registry,
  pages: AsyncIterable<readonly JobNode[]>,
  kept: Kept = {},
): Promise<ReadonlyMap<string, readonly ExportedPiece[]>> {
  const found = new Map<string, Map<string, Gathered>>()
  const moments = new Moments()
  for await (const page of pages)
    for (const node of page) {
      const { task, resource, piece } = node
      moments.add(node)
      if (task !== 'export' || !resource || piece === undefined) continue
      if (kept.pieces && !kept.pieces.includes(piece)) continue
      const name = resourceName(resource)
      const own = found.get(name) ?? new Map<string, Gathered>()
      const gathered = own.get(piece) ?? new Gathered(registry, resource, piece)
      gathered.add(node, kept)
      found.set(name, own.set(piece, gathered))
    }
  moments.assertOne()
  const byName = ([a]: [string, unknown], [b]: [string, unknown]) => compare(a, b)
  return new Map([...found].map(([name, own]) => [name, [...own].sort(byName).map(([, one]) => one.piece())]))
}

/** Nodes of one piece as they come: parts by their numbers. */
class Gathered {
  readonly #resource: ResourceRef
  readonly #name: string
  readonly #current: number
  readonly #entries: StagedEntry[] = []
  /** Of parts: the paths of their entries, each with the part that has written it. */
  readonly #paths = new Map<string, number>()
  #first: JobNode | undefined
  /** So many parts were planned; told by the last of them. */
  #planned: number | undefined
  #nodes = 0
  #rows = 0
  #skipped = 0

  constructor(registry: Registry, resource: ResourceRef, name: string) {
    const piece = registry.piece('archive', name)
    if (!piece) throw new PieceworkError('piece-unknown', `No pack knows the piece "${name}".`)
    this.#resource = resource
    this.#name = name
    this.#current = piece.version
  }

  add(node: JobNode, { joinedOnly }: Kept): void {
    const { part, entries = [], counts } = node
    this.#first ??= node
    this.#nodes += 1
    this.#assertNext(node)
    if (part) for (const { path } of entries) this.#claim(path, part.number)
    for (const entry of entries)
      if (!joinedOnly || !part || entry.rows !== undefined) this.#entries.push(entry)
    this.#rows += counts?.rows ?? 0
    this.#skipped += counts?.skipped ?? 0
  }

  piece(): ExportedPiece {
    const { part, version = this.#current, batch = 0 } = this.#first ?? {}
    const planned = part ? this.#planned : 1
    if (this.#nodes !== planned) this.#refuse(`${this.#nodes} parts were exported, not ${planned ?? 'all'}`)
    const counts = { rows: this.#rows, ...(this.#skipped > 0 && { skipped: this.#skipped }) }
    const [resource, name, entries] = [this.#resource, this.#name, this.#entries]
    return {
      resource,
      name,
      version,
      counts,
      batch,
      entries,
      ...(part && { parts: this.#nodes, firstPart: part }),
    }
  }

  #assertNext({ part, status, version = this.#current }: JobNode): void {
    const { version: written = this.#current } = this.#first ?? {}
    if (version !== written)
      throw new PieceworkError(
        'source-changed',
        `Parts of ${this.#name} were exported in versions ${written} and ${version} of the piece.`,
        { retryable: true },
      )
    this.#planned ??= part?.of
    const isNext = (part?.number ?? 1) === this.#nodes && part?.of === this.#planned
    if (status !== 'done' || !isNext) this.#refuse(`part ${this.#nodes} was not exported`)
  }

  #claim(path: string, number: number): void {
    const folded = path.toLowerCase()
    const other = this.#paths.get(folded)
    if (other !== undefined) this.#refuse(`the entry "${path}" is written by parts ${other} and ${number}`)
    this.#paths.set(folded, number)
  }

  #refuse(fault: string): never {
    throw new PieceworkError('internal', `Piece ${this.#name}: ${fault}.`)
  }
}

/** What was read at two moments is no copy of anything. */
class Moments {
  readonly #read = new Set<number>()
  #isTakenOver = false

  add({ moment, reusedFrom, part }: JobNode): void {
    if (moment !== undefined) this.#read.add(moment)
    // What a plan alone has made is of any moment.
    if (reusedFrom !== undefined && part?.planSha256 === undefined) this.#isTakenOver = true
  }

  assertOne(): void {
    if (this.#read.size > 1 || (this.#read.size === 1 && this.#isTakenOver))
      throw new PieceworkError('internal', 'The exports of this job are not of one moment.')
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
