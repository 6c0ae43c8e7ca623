import type { Entries } from '@piecework/core/piece'
import { openShapefile, type RowReader } from '@piecework/vector-files'
import type { KnownIds } from '../tables/table-ids.js'
import { isGridError, planningGrid } from './grid-problem.js'
import { type RankedAttribute, rankedAttributes } from './ranked-attributes.js'

interface Fitting extends RowReader<undefined> {
  readonly ranked: readonly RankedAttribute[]
}

/** Attributes of the planning grid that hold unique integers, most of them among `ids`, the best first. None if it cannot be read. */
export async function fittingAttributes(
  entries: Entries,
  ids: Pick<KnownIds, 'get'>,
  signal: AbortSignal,
): Promise<readonly RankedAttribute[]> {
  if (!entries.paths.includes(planningGrid.role)) return []
  try {
    const shapefile = await openShapefile<Fitting>(
      entries,
      planningGrid,
      async (table) => ({
        ranked: await rankedAttributes(table, ids),
        findings: [],
        read: () => undefined,
      }),
      { signal, crs: 'any' },
    )
    return shapefile.attributes.ranked.filter(({ known, values }) => known * 2 > values)
  } catch (error) {
    if (isGridError(error)) return []
    throw error
  }
}
