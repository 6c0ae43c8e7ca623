import type { Piece } from '../contracts/piece.js'

/** Names of those that are imported before the piece, by `after` of it and of these. */
export function piecesBefore(piece: Piece, all: Iterable<Piece>): ReadonlySet<string> {
  const known = new Map([...all].map((other) => [other.name, other]))
  const before = new Set(piece.after ?? [])
  // Names that are added while this runs are visited too.
  for (const name of before) for (const next of known.get(name)?.after ?? []) before.add(next)
  return before
}
