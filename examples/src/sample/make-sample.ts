import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tasmania } from './coast.js'
import { type Feature, features } from './features.js'
import { inputDat } from './input-dat.js'
import { landscape } from './landscape.js'
import { costs, statuses } from './planning.js'
import { seededRandom } from './random.js'
import { boundaries, coastalUnits, sideFor, type Unit } from './units.js'
import { writeGrid } from './write-grid.js'

/**
 * Writes a Marxan project of Tasmania's coastal waters into `dir`: input.dat, `input/*.dat` and
 * `shapefile/pulayer.zip`. The coast is real, what lives there is invented; equal seeds give equal files.
 */
export async function makeSample(
  dir: string,
  { seed, units: count }: { readonly seed: number; readonly units: number },
): Promise<void> {
  const random = seededRandom(seed)
  const side = sideFor(count)
  const units = coastalUnits(await tasmania(), count)
  const list = features(landscape(units, side, random))
  const cost = costs(units, random)
  const status = statuses(units)

  for (const folder of ['input', 'output', 'shapefile']) await mkdir(join(dir, folder), { recursive: true })
  await writeFile(join(dir, 'input.dat'), inputDat(seed))
  const table = (name: string, header: string, rows: Iterable<readonly (string | number)[]>) =>
    writeFile(join(dir, 'input', name), [`${header}\n`, ...Array.from(rows, (row) => `${row.join(',')}\n`)])
  await table(
    'pu.dat',
    'id,cost,status,xloc,yloc',
    units.map(({ id, centre }, at) => [id, rounded(cost[at] ?? 0), status.get(id) ?? 0, ...centre]),
  )
  await table(
    'spec.dat',
    'id,prop,spf,name',
    list.map(({ id, prop, spf, name }) => [id, prop, spf, name]),
  )
  await table('puvspr.dat', 'species,pu,amount', amounts(units, list, side))
  await table(
    'bound.dat',
    'id1,id2,boundary',
    Array.from(boundaries(units, side), ({ id1, id2, length }) => [id1, id2, length]),
  )
  await writeGrid(join(dir, 'shapefile', 'pulayer.zip'), units, side)
}

/** Hectares, by unit, then feature. Less than a fiftieth of a unit is not worth a row. */
function* amounts(units: readonly Unit[], list: readonly Feature[], side: number) {
  const hectares = (1.5 * Math.sqrt(3) * side * side) / 10_000
  for (const unit of units) {
    for (const { id, cover } of list) {
      const share = cover(unit)
      if (share >= 0.02) yield [id, unit.id, rounded(share * hectares)] as const
    }
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
