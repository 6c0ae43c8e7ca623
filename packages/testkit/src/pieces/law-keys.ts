import type { Entries, KeyRange, KeysContext, Piece } from '@piecework/core/piece'
import type { Database } from '@piecework/core/store'

/** A piece whose rows a job makes: of these entries, or of the source itself. */
export interface Reserving {
  readonly piece: Piece
  readonly entries?: Entries
}

/** Ranges of keys by table. */
export type ReservedRanges = ReadonlyMap<string, readonly KeyRange[]>

/** Reserves the numbers of each job once, as a job does before anything is made: its attempts share them. */
export function lawKeys(db: Database) {
  const known = new Map<string, ReservedRanges>()
  return async (
    context: Omit<KeysContext, 'tx' | 'add' | 'reserved' | 'entries'>,
    pieces: readonly Reserving[],
  ): Promise<ReservedRanges> => {
    const reserved = known.get(context.jobId)
    if (reserved) return reserved
    const ranges = new Map<string, KeyRange[]>()
    for (const { piece, entries } of pieces) {
      if (!piece.keys?.reserve || !((await piece.keys.numbered?.(db)) ?? []).length) continue
      await db.transaction(async (tx) =>
        piece.keys?.reserve?.({
          ...context,
          tx,
          ...(entries && { entries }),
          add: async (table, added) => {
            ranges.set(table, [...(ranges.get(table) ?? []), ...added])
          },
          reserved: async function* (table) {
            yield [...(ranges.get(table) ?? [])].sort(byOldFrom)
          },
        }),
      )
    }
    for (const list of ranges.values()) list.sort(byOldFrom)
    known.set(context.jobId, ranges)
    return ranges
  }
}

const byOldFrom = (a: KeyRange, b: KeyRange): number => (a.oldFrom < b.oldFrom ? -1 : 1)
