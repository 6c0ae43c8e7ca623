import { type Entries, FindingCollector, PieceworkError, type UnitMap } from '@piecework/core/piece'
import { gridRole, openGrid, planningUnit, readPu, type TableIds, tableIds } from '@piecework/marxan-files'

const statuses = ['available', 'in_starting_reserve', 'locked_in', 'locked_out']

interface PuColumns {
  readonly ids: TableIds
  readonly costs: Float64Array
  readonly statuses: Float64Array
}

/**
 * The planning grid of an upload, with costs and statuses of rows of pu.dat that can be read. Throws `input-incomplete` if there is none,
 * and what `openGrid` throws. Records that are no planning unit are left out: the validators report them.
 */
export async function gridMap(entries: Entries, signal: AbortSignal): Promise<UnitMap> {
  if (!entries.paths.includes(gridRole))
    throw new PieceworkError('input-incomplete', 'There is no map without the planning grid.', {
      facts: { missing: [gridRole] },
    })
  const grid = await openGrid(entries, { signal, crs: 'any' })
  const table = entries.paths.includes('pu.dat') ? await readColumns(entries, signal) : undefined
  return {
    of: planningUnit,
    coordinates: grid.wkt === undefined ? 'degrees' : 'plane',
    columns: table ? [{ name: 'status', words: statuses }, { name: 'cost' }] : [],
    units: async function* () {
      for await (const batch of grid.features())
        yield batch.flatMap(({ id, geometry }) => {
          if (!('id' in id) || 'problem' in geometry) return []
          return [{ id: id.id, rings: geometry.polygons.flat(), values: table ? valuesOf(id.id, table) : [] }]
        })
    },
  }
}

async function readColumns(entries: Entries, signal: AbortSignal): Promise<PuColumns> {
  const ids = await tableIds(entries, 'pu.dat', signal)
  const columns = {
    ids,
    costs: new Float64Array(ids.size).fill(Number.NaN),
    statuses: new Float64Array(ids.size).fill(Number.NaN),
  }
  const findings = new FindingCollector({ limit: 0 })
  for await (const { length, columns: cells } of readPu(entries.open('pu.dat'), { findings, signal }))
    for (let row = 0; row < length; row += 1) {
      const at = ids.index.get(cells.id[row] as number)
      columns.costs[at] = cells.cost[row] as number
      columns.statuses[at] = cells.status[row] as number
    }
  return columns
}

function valuesOf(id: number, { ids, costs, statuses: given }: PuColumns): (number | undefined)[] {
  const at = ids.index.get(id)
  return [given, costs].map((values) => {
    const value = values[at]
    return value === undefined || Number.isNaN(value) ? undefined : value
  })
}
