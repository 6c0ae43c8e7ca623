import type { Queryable } from '../contracts/database.js'
import type { Piece } from '../contracts/piece.js'

/** Names of the pieces that must reserve numbers before anything is made. */
export async function numberedPieces(pieces: Iterable<Piece>, db: Queryable): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const asked = [...pieces]
  for (const { name, keys } of asked) {
    if (keys?.reserve && ((await keys.numbered?.(db, asked)) ?? []).length > 0) names.add(name)
  }
  return names
}
