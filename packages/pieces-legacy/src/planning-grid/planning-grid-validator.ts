import type { Queryable, Validator } from '@piecework/core/piece'
import {
  describeId,
  FindingCollector,
  type Grid,
  IdLines,
  isGridError,
  NonIntegerIds,
  openGrid,
  planningGrid,
} from '@piecework/marxan-files'
import { tellDeleted, tellShapes } from '../shapes/shape-findings.js'

/** Reads the whole grid: every id, every shape, and whether the database takes it for a valid polygon. */
export const planningGridValidator: Validator = {
  async *validate({ entries, tx, signal, progress }) {
    const findings = new FindingCollector()
    try {
      const grid = await openGrid(entries, { signal })
      try {
        yield* grid.findings
        await check(grid, tx, findings, progress)
      } finally {
        grid.close()
      }
    } catch (error) {
      if (!isGridError(error)) throw error
      for (const [at, { piece: _, ...finding }] of error.findings.entries())
        yield at < error.findings.length - 1 ? finding : { ...finding, hint: notCompared(finding.hint) }
    }
    yield* findings.list()
  },
}

/** Validators of other files take a grid that cannot be read as one that contradicts nothing. */
const notCompared = (hint = '') =>
  `The other files were not compared with this planning grid, which cannot be read. ${hint}`.trimEnd()

async function check(
  grid: Grid,
  tx: Queryable,
  findings: FindingCollector,
  progress: (done: number, total?: number) => void,
): Promise<void> {
  const seen = new IdLines()
  const spelled = new NonIntegerIds()
  let units = 0
  for await (const batch of grid.features()) {
    for (const unit of batch) describeId(unit, grid.idAttribute, seen, spelled, planningGrid, findings)
    await tellShapes(batch, planningGrid, 'planning unit', tx, findings)
    units += batch.length
    progress(batch.at(-1)?.record ?? 0, grid.records)
  }
  spelled.tell(grid.idAttribute, planningGrid, findings)
  tellDeleted(units, grid.records, planningGrid, findings)
}
