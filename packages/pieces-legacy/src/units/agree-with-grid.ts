import { type Entries, FindingCollector } from '@piecework/core/piece'
import { IdIndex, readBound, readPuvspr } from '@piecework/marxan-files'
import { forEachGridId, type GridIds } from '../planning-grid/for-each-grid-id.js'

/**
 * Of puvspr.dat and bound.dat those whose planning units are mostly those of the grid, by the first rows: if pu.dat has none of the grid's, it
 * is the one of another project.
 */
export async function agreeWithGrid(
  entries: Entries,
  gridIds: GridIds,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const given = (['puvspr.dat', 'bound.dat'] as const).filter((file) => entries.paths.includes(file))
  const files: { readonly file: string; readonly units: IdIndex; readonly inGrid: IdIndex }[] = []
  for (const file of given)
    files.push({ file, units: await firstUnits(entries, file, signal), inGrid: new IdIndex() })
  await forEachGridId(entries, gridIds, signal, (id) => {
    for (const { units, inGrid } of files) if (units.get(id) >= 0) inGrid.add(id)
  })
  return files.filter(({ units, inGrid }) => inGrid.size * 2 > units.size).map(({ file }) => file)
}

async function firstUnits(
  entries: Entries,
  file: 'puvspr.dat' | 'bound.dat',
  signal: AbortSignal,
): Promise<IdIndex> {
  const units = new IdIndex()
  const options = { findings: new FindingCollector({ limit: 0 }), signal }
  const add = (ids: Int32Array | Float64Array, length: number) => {
    for (const id of ids.subarray(0, length)) units.add(id)
  }
  if (file === 'puvspr.dat')
    for await (const { length, columns } of readPuvspr(entries.open(file), options)) {
      add(columns.pu, length)
      break
    }
  else
    for await (const { length, columns } of readBound(entries.open(file), options)) {
      add(columns.id1, length)
      add(columns.id2, length)
      break
    }
  return units
}
