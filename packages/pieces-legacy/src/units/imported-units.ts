import type { Entries } from '@piecework/core/piece'
import { IdIndex, type KnownIds, tableIds } from '@piecework/marxan-files'
import { forEachGridId, type GridIds } from '../planning-grid/for-each-grid-id.js'

/**
 * The planning units to import: those of the grid that pu.dat has a row for. If one of the two cannot be
 * read, those of the other.
 */
export async function importedUnits(
  entries: Entries,
  gridIds: GridIds,
  signal: AbortSignal,
): Promise<KnownIds> {
  const inPu = (await tableIds(entries, 'pu.dat', signal)).index
  const units = new IdIndex()
  const isReadable = await forEachGridId(entries, gridIds, signal, (id) => {
    if (inPu.size === 0 || inPu.get(id) >= 0) units.add(id)
  })
  return isReadable ? units : inPu
}
