import type { Entries } from '@piecework/core/piece'
import { type GridOptions, openGrid } from './grid.js'

/**
 * The planning units' ids in batches, for checks of other files against the grid. Values that are not ids are left out: the grid's
 * own validator reports them. Throws `legacy/grid-…` (see `isGridError`) if the grid cannot be read.
 */
export async function* gridIds(entries: Entries, options?: GridOptions): AsyncIterable<readonly number[]> {
  const grid = await openGrid(entries, options)
  for await (const batch of grid.ids()) {
    const ids: number[] = []
    for (const { id } of batch) if ('id' in id) ids.push(id.id)
    yield ids
  }
}
