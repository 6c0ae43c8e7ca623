import type { Entries } from '@piecework/core/piece'
import { isGridError } from '@piecework/marxan-files'

/**
 * Reads the ids of the planning grid. Throws a `legacy/grid-…` error, which the grid's own validator reports.
 */
export type GridIds = (
  entries: Entries,
  options: { readonly signal?: AbortSignal },
) => AsyncIterable<readonly number[]>

/** Calls `each` for every id of the grid. Resolves to false if the grid cannot be read. */
export async function forEachGridId(
  entries: Entries,
  gridIds: GridIds,
  signal: AbortSignal,
  each: (id: number) => void,
): Promise<boolean> {
  try {
    for await (const ids of gridIds(entries, { signal })) ids.forEach(each)
    return true
  } catch (error) {
    if (isGridError(error)) return false
    throw error
  }
}
