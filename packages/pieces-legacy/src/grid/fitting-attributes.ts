import type { Entries } from '@piecework/core'
import type { IdIndex } from '../dat/id-index.js'
import { type Attributes, openShapefile } from '../shapefile/shapefile.js'
import { isGridError, planningGrid } from './grid-problem.js'
import { uniqueIds } from './id-attribute.js'

interface Fitting extends Attributes<undefined> {
  readonly names: readonly string[]
}

/** Attributes of the planning grid that hold unique integers, most of them among `ids`. None where it cannot be read. */
export async function fittingAttributes(
  entries: Entries,
  ids: Pick<IdIndex, 'get'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!entries.paths.includes(planningGrid.role)) return []
  const isFitting = (values: IdIndex): boolean => {
    let known = 0
    for (let index = 0; index < values.size; index += 1) if (ids.get(values.id(index)) >= 0) known += 1
    return known * 2 > values.size
  }
  try {
    const shapefile = await openShapefile<Fitting>(
      entries,
      planningGrid,
      async (file, header) => ({
        names: [...(await uniqueIds(file, header, planningGrid))].flatMap(([{ name }, values]) =>
          isFitting(values) ? [name] : [],
        ),
        findings: [],
        read: () => undefined,
      }),
      { signal },
    )
    shapefile.close()
    return shapefile.attributes.names
  } catch (error) {
    if (isGridError(error)) return []
    throw error
  }
}
