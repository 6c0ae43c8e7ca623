import type { Queryable } from '../contracts/database.js'
import type { Piece } from '../contracts/piece.js'

/** Names of the pieces that must reserve numbers before anything is made. */
export async function numberedPieces(pieces: Iterable<Piece>, db: Queryable): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (const { name, keys } of pieces) {
    if (keys?.reserve && ((await keys.numbered?.(db)) ?? []).length > 0) names.add(name)
  }
  return names
}
