import { checkOptions, type Entries, memo, memoBytes } from '@piecework/core/piece'
import { shapefileChecks } from '@piecework/vector-files'
import { gridRole } from '../roles.js'
import { type Grid, type GridOptions, openGrid } from './grid.js'
import type { IdText } from './id-text.js'

/** About how many bytes an id takes in a list. */
const idBytes = 8

/**
 * The planning units' ids in batches, for checks of other files against the grid. Values that are not ids are left out: the grid's
 * own validator reports them. Ids of a grid that is not too large are remembered with the entries. Throws `legacy/grid-…` (see
 * `isGridError`) if the grid cannot be read.
 */
export async function* gridIds(entries: Entries, given?: GridOptions): AsyncIterable<readonly number[]> {
  const options = checkOptions('gridIds()', given, shapefileChecks)
  const grid = await openGrid(entries, { ...options, crs: 'any' })
  const bytes = grid.records * idBytes
  if (bytes > memoBytes) return yield* idsOf(grid)
  yield* await memo(entries, gridRole, 'ids', async () => {
    const value: (readonly number[])[] = []
    for await (const batch of idsOf(grid)) value.push(batch)
    return { value, bytes }
  })
}

async function* idsOf(grid: Grid): AsyncGenerator<readonly number[]> {
  for await (const batch of grid.ids()) yield wholeIds(batch)
}

function wholeIds(batch: readonly IdText[]): readonly number[] {
  const ids: number[] = []
  for (const { id } of batch) if ('id' in id) ids.push(id.id)
  return ids
}
