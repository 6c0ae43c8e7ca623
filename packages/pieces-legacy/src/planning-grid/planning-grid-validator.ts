import { FindingCollector, type NewFinding, type Validator } from '@piecework/core/piece'
import {
  describeId,
  type Grid,
  IdLines,
  isGridError,
  NonIntegerIds,
  openGrid,
  planningGrid,
} from '@piecework/marxan-files'
import type { GeometryChecks } from '../shapes/geometry-checks.js'
import { placedLayer, reportUnplaced } from '../shapes/placed-layer.js'
import { reportDeleted, ShapeFindings, type ShapeFindingsOptions } from '../shapes/shape-findings.js'

/** Reads the whole grid: every id, every shape, and whether it is a valid polygon. */
export const planningGridValidator = ({ checks }: { readonly checks: GeometryChecks }): Validator => ({
  async *validate({ entries, tx, signal, progress }) {
    const findings = new FindingCollector()
    try {
      const opened = await openGrid(entries, { signal, crs: 'any' })
      yield* opened.findings
      const grid = placedLayer(opened, { labels: planningGrid, checks, tx })
      reportUnplaced(grid, planningGrid, findings)
      await check(grid, { labels: planningGrid, thing: 'planning unit', checks, tx, findings }, progress)
    } catch (error) {
      if (!isGridError(error)) throw error
      for (const [at, { piece: _, ...finding }] of error.findings.entries())
        yield at < error.findings.length - 1 ? finding : notCompared(finding)
    }
    yield* findings.list()
  },
})

/** Validators of other files skip their comparison with a grid that cannot be read. */
const notCompared = (finding: NewFinding): NewFinding => ({
  ...finding,
  message: `${finding.message}; the other files were not compared with it`,
})

async function check(
  grid: Grid,
  options: ShapeFindingsOptions,
  progress: (done: number, total?: number) => void,
): Promise<void> {
  const { findings } = options
  const shapes = new ShapeFindings(options)
  const seen = new IdLines()
  const spelled = new NonIntegerIds()
  let units = 0
  for await (const batch of grid.features()) {
    for (const unit of batch) describeId(unit, grid.idAttribute, seen, spelled, planningGrid, findings)
    await shapes.add(batch)
    units += batch.length
    progress(batch.at(-1)?.record ?? 0, grid.records)
  }
  shapes.report()
  spelled.report(grid.idAttribute, planningGrid, findings)
  reportDeleted(units, grid.records, planningGrid, findings)
}
