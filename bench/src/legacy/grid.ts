import { compared, type Measure, timed } from '../measure.js'
import type { StepFigures } from '../planning/step.js'
import type { MarxanFolder } from './folder.js'
import { hasOgr2ogr, inAlbers, loadGrid } from './ogr2ogr.js'
import type { Place } from './place.js'

interface Grid {
  readonly name: string
  readonly zip: string
  /** In another CRS than that of the database. */
  readonly projected: boolean
}

interface Load {
  readonly ours: StepFigures
  readonly peer: number
}

/** Loads of a planning grid in WGS 84 and in a projection, each beside ogr2ogr. */
export class GridLoads {
  readonly #grids: readonly Grid[]
  readonly #loads = new Map<Grid, Load[]>()

  private constructor(grids: readonly Grid[]) {
    this.#grids = grids
  }

  /** Without ogr2ogr there is no peer, and nothing is loaded. */
  static async of({ files }: MarxanFolder, folder: string, tell: (text: string) => void): Promise<GridLoads> {
    if (!(await hasOgr2ogr())) {
      tell('legacy/grid is LEFT OUT: ogr2ogr is missing (Debian: gdal-bin)')
      return new GridLoads([])
    }
    const zip = files['planning-grid'] ?? ''
    return new GridLoads([
      { name: 'legacy/grid', zip, projected: false },
      { name: 'legacy/grid-projected', zip: await inAlbers(zip, folder), projected: true },
    ])
  }

  async run(place: Place): Promise<void> {
    for (const grid of this.#grids) {
      const peer = await place.withDatabase((url) => timed(() => loadGrid(url, grid.zip, grid.projected)))
      const ours = await place.step('grid', { 'planning-grid': grid.zip })
      this.#loads.set(grid, [...(this.#loads.get(grid) ?? []), { ours, peer }])
    }
  }

  measures(units: number): readonly Measure[] {
    return this.#grids.map((grid) => {
      const loads = this.#loads.get(grid) ?? []
      const peer = loads.map((load) => load.peer)
      const goal = { reach: 0.5, aim: 1 }
      const ours = (seconds: (figures: StepFigures) => number) => loads.map((load) => seconds(load.ours))
      return compared(
        grid.name,
        ours(({ seconds }) => seconds),
        peer,
        goal,
        {
          units,
          peer: 'ogr2ogr -f PostgreSQL by COPY, without the checks',
          importOnly: compared(
            '',
            ours(({ movingSeconds }) => movingSeconds),
            peer,
            goal,
          ).ratio,
          cpuSeconds: ours(({ cpuSeconds }) => cpuSeconds),
          peakMb: Math.max(...ours(({ peakMb }) => peakMb)),
        },
      )
    })
  }
}
