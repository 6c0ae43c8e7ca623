import type { Queryable, Validator } from '@piecework/core'
import { Findings } from '../dat/findings.js'
import { IdLines } from '../dat/id-lines.js'
import { gridRole } from '../roles.js'
import { type Grid, type GridUnit, openGrid } from './grid.js'
import { isGridError } from './grid-problem.js'
import { invalidShapes } from './invalid-shapes.js'
import type { ShapeProblem } from './unit-geometry.js'
import type { UnitIdProblem } from './unit-id.js'

/** Reads the whole grid: every id, every shape, and whether the database takes it for a valid polygon. */
export const planningGridValidator: Validator = {
  async *validate({ entries, tx, signal, progress }) {
    const findings = new Findings()
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
      for (const { piece: _, ...finding } of error.findings) yield finding
    }
    yield* findings.list()
  },
}

async function check(
  grid: Grid,
  tx: Queryable,
  findings: Findings,
  progress: (done: number, total?: number) => void,
): Promise<void> {
  const seen = new IdLines()
  let units = 0
  for await (const batch of grid.features()) {
    for (const unit of batch) {
      tellId(unit, grid.idAttribute, seen, findings)
      tellShape(unit, findings)
    }
    await tellInvalid(batch, tx, findings)
    units += batch.length
    progress(batch.at(-1)?.record ?? 0, grid.records)
  }
  if (units === 0)
    findings.error('legacy/grid-empty', { file: gridRole }, () => ({
      message: 'The planning grid has no features: all its records are deleted',
    }))
  else if (units < grid.records)
    findings.warning('legacy/grid-deleted', { file: gridRole }, () => ({
      message: `${grid.records - units} records of the planning grid are marked as deleted; they are skipped`,
      count: grid.records - units,
    }))
}

const idProblems: Readonly<Record<UnitIdProblem, string>> = {
  null: 'is empty',
  overflow: 'did not fit into its column when the file was written',
  'not-a-number': 'is no number',
  negative: 'is negative',
  fraction: 'is not an integer',
  'too-large': 'is larger than 2147483647',
}

function tellId({ record, text, id }: GridUnit, column: string, seen: IdLines, findings: Findings): void {
  const place = { file: gridRole, line: record, column }
  if ('problem' in id) {
    findings.error(`legacy/grid-id-${id.problem}`, place, () => ({
      message: `The id ${JSON.stringify(text)} of record ${record} ${idProblems[id.problem]}`,
    }))
    return
  }
  if (id.spelled)
    findings.warning(`legacy/grid-id-${id.spelled}`, place, () => ({
      message: `The id ${JSON.stringify(text)} of record ${record} is written as a ${id.spelled === 'text' ? 'text' : 'decimal number'}; it is read as ${id.id}`,
    }))
  const before = seen.add(id.id, record)
  if (before !== undefined)
    findings.error('legacy/grid-id-duplicate', place, () => ({
      message: `The id ${id.id} of record ${record} is that of record ${before} too`,
    }))
}

const shapeProblems: Readonly<Record<ShapeProblem, string>> = {
  none: 'has no geometry',
  'no-ring': 'has no ring of at least three different points',
  'out-of-range': 'lies outside of the earth: its coordinates do not fit the .prj file',
}

function tellShape({ record, geometry }: GridUnit, findings: Findings): void {
  const place = { file: gridRole, line: record }
  if ('problem' in geometry)
    findings.error(`legacy/grid-shape-${geometry.problem}`, place, () => ({
      message: `The planning unit of record ${record} ${shapeProblems[geometry.problem]}`,
    }))
  else if (geometry.mended)
    findings.warning('legacy/grid-shape-repaired', place, () => ({
      message: `The planning unit of record ${record} has a ring that is open or without area; it is repaired`,
    }))
}

async function tellInvalid(batch: readonly GridUnit[], tx: Queryable, findings: Findings): Promise<void> {
  const shaped = batch.flatMap(({ record, geometry }) =>
    'ewkb' in geometry ? [{ record, ewkb: geometry.ewkb }] : [],
  )
  for (const { record, reason, repairable } of await invalidShapes(shaped, tx)) {
    const place = { file: gridRole, line: record }
    const what = `The planning unit of record ${record} is invalid (${reason})`
    if (repairable === undefined)
      findings.warning('legacy/grid-shape-unrepaired', place, () => ({
        message: `${what}; without a database nobody could try to repair it`,
        hint: 'The import repairs it where an area is left.',
      }))
    else if (repairable)
      findings.warning('legacy/grid-shape-repaired', place, () => ({ message: `${what}; it is repaired` }))
    else
      findings.error('legacy/grid-shape-invalid', place, () => ({
        message: `${what} and cannot be repaired`,
      }))
  }
}
