import { join } from 'node:path'
import { compared, type Measure, median, timed } from '../measure.js'
import type { StepFigures } from '../planning/step.js'
import { total } from '../planning/tables.js'
import { copiedAgain } from './copied-again.js'
import type { MarxanFolder } from './folder.js'
import { hasOgr2ogr, inAlbers, loadGrid } from './ogr2ogr.js'
import type { Place } from './place.js'

interface Grid {
  readonly name: string
  readonly zip: string
  /** The same with next to no units. */
  readonly few: string
  /** In another CRS than that of the database. */
  readonly projected: boolean
}

/** In seconds, but for what is ours. */
interface Load {
  readonly ours: StepFigures
  readonly peer: number
  /** COPY FROM of the rows that came of it into the same empty tables: what the database alone needs. */
  readonly copy: number
  /** The same work over next to no units. */
  readonly fixed: number
  readonly peerFixed: number
}

/** Loads of a planning grid in WGS 84 and in a projection, each beside ogr2ogr. */
export class GridLoads {
  readonly #grids: readonly Grid[]
  readonly #rows: string
  readonly #loads = new Map<Grid, Load[]>()

  private constructor(grids: readonly Grid[], rows: string) {
    this.#grids = grids
    this.#rows = rows
  }

  /** Without ogr2ogr there is no peer, and nothing is loaded. */
  static async of(
    whole: MarxanFolder,
    few: MarxanFolder,
    folder: string,
    log: (text: string) => void,
  ): Promise<GridLoads> {
    const rows = join(folder, 'grid-rows')
    if (!(await hasOgr2ogr())) {
      log('legacy/grid is LEFT OUT: ogr2ogr is missing (Debian: gdal-bin)')
      return new GridLoads([], rows)
    }
    const zips = [whole, few].map(({ files }) => files['planning-grid'] ?? '')
    const albers = await Promise.all(zips.map((zip) => inAlbers(zip)))
    const grid = (name: string, [zip = '', fewZip = '']: readonly string[], projected: boolean): Grid => ({
      name,
      zip,
      few: fewZip,
      projected,
    })
    return new GridLoads(
      [grid('legacy/grid', zips, false), grid('legacy/grid-projected', albers, true)],
      rows,
    )
  }

  async run(place: Place): Promise<void> {
    const byPeer = (zip: string, projected: boolean) =>
      place.withDatabase((url) => timed(() => loadGrid(url, zip, projected)))
    for (const grid of this.#grids) {
      const { zip, few, projected } = grid
      let copy = Number.NaN
      const peer = await byPeer(zip, projected)
      const ours = await place.step('grid', { 'planning-grid': zip }, async (url) => {
        copy = total(await copiedAgain(place, url, this.#rows))
      })
      const peerFixed = await byPeer(few, projected)
      const fixed = (await place.step('grid', { 'planning-grid': few })).seconds
      this.#loads.set(grid, [...(this.#loads.get(grid) ?? []), { ours, peer, copy, fixed, peerFixed }])
    }
  }

  measures(units: number): readonly Measure[] {
    return this.#grids.map((grid) => {
      const loads = this.#loads.get(grid) ?? []
      const peer = loads.map((load) => load.peer)
      const goal = { reach: 0.5, aim: 1 }
      const ours = (seconds: (figures: StepFigures) => number) => loads.map((load) => seconds(load.ours))
      const medianOf = (seconds: (load: Load) => number) =>
        Math.round(median(loads.map(seconds)) * 1000) / 1000
      const importSeconds = ours(({ movingSeconds }) => movingSeconds)
      return compared(
        grid.name,
        ours(({ seconds }) => seconds),
        peer,
        goal,
        {
          units,
          peer: 'ogr2ogr -f PostgreSQL by COPY, without the checks',
          importOnly: compared('', importSeconds, peer, goal).ratio,
          importToCopy: compared(
            '',
            importSeconds,
            loads.map(({ copy }) => copy),
            goal,
          ).ratio,
          copySeconds: medianOf(({ copy }) => copy),
          fixedSeconds: medianOf(({ fixed }) => fixed),
          peerFixedSeconds: medianOf(({ peerFixed }) => peerFixed),
          cpuSeconds: ours(({ cpuSeconds }) => cpuSeconds),
          peakMb: Math.max(...ours(({ peakMb }) => peakMb)),
        },
      )
    })
  }
}
