import {
  type CsvRow,
  type Finding,
  isPieceworkError,
  type ValidationContext,
  type Validator,
} from '@piecework/core/piece'
import { gridDifference, noDifference, type PuidRun, sum, type Units } from './grid-difference.js'
import { gridEntry } from './grid-entry.js'

/** A scenario alone goes into a project with the same planning units and no other; said before anything is written. */
export const sameGrid: Validator = { validate: otherGrid }

const rowsEntry = 'scenario_planning_units.csv'
const column = 'planning_unit_id.puid'
const largest = 2 ** 31 - 1

async function* otherGrid(context: ValidationContext): AsyncGenerator<Omit<Finding, 'piece'>> {
  const { entries, into } = context
  if (context.carries('project') || into?.kind !== 'project' || !entries.facts(rowsEntry)) return
  // Without a grid of its own, the rows tell all units.
  const [file, runsOf] = entries.facts(gridEntry)
    ? ([gridEntry, gridRuns] as const)
    : ([rowsEntry, unitRuns] as const)
  let total = noDifference
  try {
    // In order of puid, so that the project's grid is read beside them, a part at a time.
    let last = -1
    for await (const batch of entries.rows(file)) {
      context.signal.throwIfAborted()
      const runs = runsOf(batch, last)
      if (!runs) {
        yield { severity: 'error', code: 'scenario/grid-invalid', file, message: notInOrder }
        return
      }
      const end = Math.max(last, runs.at(-1)?.last ?? last)
      total = sum(total, await gridDifference(context.tx, into.id, runs, last, end))
      last = end
    }
    // In an archive without a grid, a scenario that says nothing of any unit fits every one.
    if (last >= 0 || file === gridEntry)
      total = sum(total, await gridDifference(context.tx, into.id, [], last, largest))
  } catch (error) {
    if (!isPieceworkError(error) || !/^archive-|^counts-differ$/.test(error.code)) throw error
    // What is wrong with the file of rows has been told by their validator.
    if (file === gridEntry)
      yield { severity: 'error', code: 'scenario/grid-invalid', file, message: error.message }
    return
  }
  yield* finding(file, total.lacking, 'The project lacks planning units of the scenario')
  yield* finding(file, total.extra, "The project has planning units that the scenario's grid lacks")
}

const notInOrder = `"${gridEntry}" has a row that is not a run of puids, "first" to "last", behind the one before.`

function* finding(file: string, { count, puids }: Units, what: string): Iterable<Omit<Finding, 'piece'>> {
  if (count === 0) return
  yield {
    severity: 'error',
    code: 'scenario/other-grid',
    file,
    ...(file === rowsEntry && { column }),
    count,
    message: `${what}: ${count}, first those with the puid ${puids.join(', ')}.`,
    hint: 'A scenario alone goes into a project with the same planning units.',
  }
}

/** Undefined where a row is no run behind `last` and those before it. */
function gridRuns(batch: readonly CsvRow[], last: number): readonly PuidRun[] | undefined {
  const runs: PuidRun[] = []
  let before = last
  for (const row of batch) {
    const [first, end] = [puidOf(row.first), puidOf(row.last)]
    if (first === undefined || end === undefined || first <= before || end < first) return undefined
    runs.push({ first, last: end })
    before = end
  }
  return runs
}

/** Rows without a puid are told by the validator of rows, or lead to no unit of their project. */
const unitRuns = (batch: readonly CsvRow[]): readonly PuidRun[] =>
  batch.flatMap((row) => {
    const puid = puidOf(row[column])
    return puid === undefined ? [] : { first: puid, last: puid }
  })

function puidOf(text: string | null | undefined): number | undefined {
  const puid = /^\d{1,10}$/.test(text ?? '') ? Number(text) : Number.NaN
  return puid <= largest ? puid : undefined
}
