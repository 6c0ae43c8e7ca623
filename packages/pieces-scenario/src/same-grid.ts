import type { CsvRow, NewFinding, ValidationContext, Validator } from '@piecework/core/piece'
import { isEntryError } from '@piecework/pieces-project'
import {
  addDifferences,
  gridDifference,
  noDifference,
  type PuidRange,
  type UnmatchedUnits,
} from './grid-difference.js'
import { gridEntry } from './grid-entry.js'

/** A scenario alone can be imported into a project with the same planning units, and into no other. */
export const sameGrid: Validator = { validate: otherGrid }

const rowsEntry = 'scenario_planning_units.csv'
const column = 'planning_unit_id.puid'
const largest = 2 ** 31 - 1

async function* otherGrid(context: ValidationContext): AsyncGenerator<NewFinding> {
  const { entries, into } = context
  if (context.carries('project') || into?.kind !== 'project' || !entries.facts(rowsEntry)) return
  // Without a grid entry, the rows cover all units.
  const [file, rangesOf] = entries.facts(gridEntry)
    ? ([gridEntry, gridRanges] as const)
    : ([rowsEntry, unitRanges] as const)
  let total = noDifference
  try {
    // Both are in order of puid, so the project's grid is read alongside, a part at a time.
    let last = -1
    for await (const batch of entries.rows(file)) {
      context.signal.throwIfAborted()
      const ranges = rangesOf(batch, last)
      if (!ranges) {
        yield { severity: 'error', code: 'scenario/grid-invalid', file, message: notInOrder }
        return
      }
      const end = Math.max(last, ranges.at(-1)?.last ?? last)
      total = addDifferences(total, await gridDifference(context.tx, into.id, ranges, last, end))
      last = end
    }
    // Without a grid entry, a scenario without any row fits every grid.
    if (last >= 0 || file === gridEntry)
      total = addDifferences(total, await gridDifference(context.tx, into.id, [], last, largest))
  } catch (error) {
    if (!isEntryError(error)) throw error
    // Problems of the rows' entry are reported by the validator of rows.
    if (file === gridEntry)
      yield { severity: 'error', code: 'scenario/grid-invalid', file, message: error.message }
    return
  }
  yield* finding(file, total.missing, 'The project lacks planning units of the scenario')
  yield* finding(file, total.extra, "The project has planning units that the scenario's grid lacks")
}

const notInOrder = `"${gridEntry}" has a row that is not a range of puids, "first" to "last", above the one before.`

function* finding(file: string, { count, puids }: UnmatchedUnits, what: string): Iterable<NewFinding> {
  if (count === 0) return
  yield {
    severity: 'error',
    code: 'scenario/other-grid',
    file,
    ...(file === rowsEntry && { column }),
    count,
    message: `${what}: ${count}, first those with the puid ${puids.join(', ')}.`,
    hint: 'A scenario alone can be imported into a project with the same planning units.',
  }
}

/** Undefined if a row is not a range above `last` and the rows before it. */
function gridRanges(batch: readonly CsvRow[], last: number): readonly PuidRange[] | undefined {
  const ranges: PuidRange[] = []
  let before = last
  for (const row of batch) {
    const [first, end] = [puidOf(row.first), puidOf(row.last)]
    if (first === undefined || end === undefined || first <= before || end < first) return undefined
    ranges.push({ first, last: end })
    before = end
  }
  return ranges
}

/** Rows without a puid are reported by the validator of rows, or refer to no unit of their project. */
const unitRanges = (batch: readonly CsvRow[]): readonly PuidRange[] =>
  batch.flatMap((row) => {
    const puid = puidOf(row[column])
    return puid === undefined ? [] : { first: puid, last: puid }
  })

function puidOf(text: string | null | undefined): number | undefined {
  const puid = /^\d{1,10}$/.test(text ?? '') ? Number(text) : Number.NaN
  return puid <= largest ? puid : undefined
}
