import { check, type Entries, type OptionChecks, required } from '@piecework/core/piece'
import { IdIndex, isGridError, type KnownIds, tableIds } from '@piecework/marxan-files'

/** Reads the ids of the planning grid. Throws `legacy/grid-…` where it cannot be read: its own validator tells why. */
export type GridIds = (
  entries: Entries,
  options: { readonly signal?: AbortSignal },
) => AsyncIterable<readonly number[]>

export interface GridIdsOptions {
  readonly gridIds: GridIds
}

export const gridIdsChecks: OptionChecks<GridIdsOptions> = { gridIds: required(check.func()) }

/** Calls `each` for every id of the grid. False where the grid cannot be read. */
export async function forEachGridId(
  entries: Entries,
  gridIds: GridIds,
  signal: AbortSignal,
  each: (id: number) => void,
): Promise<boolean> {
  try {
    for await (const ids of gridIds(entries, { signal })) for (const id of ids) each(id)
    return true
  } catch (error) {
    if (isGridError(error)) return false
    throw error
  }
}

/** The planning units that are imported: those of the grid that pu.dat names; of one of the two where the other cannot be read. */
export async function importedUnits(
  entries: Entries,
  gridIds: GridIds,
  signal: AbortSignal,
): Promise<KnownIds> {
  const named = (await tableIds(entries, 'pu.dat', signal)).index
  const units = new IdIndex()
  const readable = await forEachGridId(entries, gridIds, signal, (id) => {
    if (named.size === 0 || named.get(id) >= 0) units.add(id)
  })
  return readable ? units : named
}
