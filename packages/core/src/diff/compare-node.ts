import { createHash } from 'node:crypto'
import type { ComparedNode, EntryDiff, RowsDiff } from '../contracts/compare.js'
import type { Transaction } from '../contracts/database.js'
import type { Entries } from '../contracts/entries.js'

/**
 * Entry by entry: by the piece's comparer, or byte by byte; what only one side has is added or removed as a
 * whole.
 */
export async function compareNode(
  a: ComparedNode,
  b: ComparedNode,
  tx: Transaction,
  signal: AbortSignal,
): Promise<readonly EntryDiff[]> {
  const compared = (await b.piece?.comparer?.compare({ a, b, tx, signal })) ?? []
  const left = new Set([...a.entries.paths, ...b.entries.paths])
  for (const { path } of compared) left.delete(path)
  const entries = [...compared]
  for (const path of left) {
    const side = !b.entries.facts(path) ? 'a' : !a.entries.facts(path) ? 'b' : undefined
    if (side) entries.push(onlyIn(side, path, side === 'a' ? a.entries : b.entries))
    else entries.push(await compareBytes(path, a.entries, b.entries, signal))
  }
  return entries.sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** All entries of a node that the other side does not have. */
export function entriesOnlyIn({ side, entries }: ComparedNode): readonly EntryDiff[] {
  return entries.paths.map((path) => onlyIn(side, path, entries))
}

function onlyIn(side: 'a' | 'b', path: string, entries: Entries): EntryDiff {
  const rows = entries.facts(path)?.rows
  const counts = side === 'a' ? { removed: rows ?? 0 } : { added: rows ?? 0 }
  return { path, onlyIn: side, equal: false, ...(rows !== undefined && { rows: rowsDiff(counts) }) }
}

async function compareBytes(path: string, a: Entries, b: Entries, signal: AbortSignal): Promise<EntryDiff> {
  const [one, other] = [a.facts(path), b.facts(path)]
  const equal =
    // With parts, sizes are not those of what is read.
    (one?.size === other?.size || one?.parts !== other?.parts) &&
    (await digest(a, path, signal)) === (await digest(b, path, signal))
  const known = equal && one?.rows !== undefined
  return { path, equal, ...(known && { rows: rowsDiff({ equal: one.rows ?? 0 }) }) }
}

async function digest(entries: Entries, path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of entries.open(path)) {
    signal.throwIfAborted()
    hash.update(chunk)
  }
  return hash.digest('hex')
}

function rowsDiff(counts: Partial<RowsDiff>): RowsDiff {
  return { added: 0, removed: 0, changed: 0, equal: 0, columns: {}, samples: [], ...counts }
}
