import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import type { KnownIds } from '../../tables/table-ids.js'
import type { OutputFolder } from '../open-output.js'
import { type ReadResultOptions, readResultChecks } from '../read-records.js'
import { readMatrix } from '../solutions-matrix/read.js'
import { UnitSet } from '../units/unit-set.js'
import { readSolutionFile } from './read-file.js'

/** The units that one run selects. */
export interface Solution {
  readonly run: number
  /** Valid until the next solution is asked for. */
  readonly selected: UnitSet
  readonly file: string
  /** Of a matrix. */
  readonly line?: number
}

export interface ReadSolutionsOptions extends ReadResultOptions {
  /** Called for each row of the matrix whose run is none of the folder's `runs`. */
  readonly leftover?: (run: number) => void
}

const readSolutionsChecks: OptionChecks<ReadSolutionsOptions> = {
  ...readResultChecks,
  leftover: check.func(),
}

/**
 * Solutions of all runs, or of the folder's `runs`, from the matrix or, without it, from the files of the runs. `units` are the ids of pu.dat. What cannot be read is reported and left
 * out.
 */
export async function* readSolutions(
  folder: Pick<OutputFolder, 'matrix' | 'solutions' | 'runs'>,
  units: KnownIds,
  given: ReadSolutionsOptions,
): AsyncGenerator<Solution> {
  const { leftover, ...options } = checkOptions('readSolutions()', given, readSolutionsChecks)
  const { matrix, runs } = folder
  if (matrix) {
    const rows = { ...(runs && { runs }), ...(leftover && { leftover }) }
    for await (const row of readMatrix(matrix, units, { ...options, ...rows }))
      yield { ...row, file: matrix.name }
    return
  }
  const selected = new UnitSet(units.size)
  for (const [run, file] of folder.solutions) {
    const errors = options.findings.errors
    selected.clear()
    await readSolutionFile(file, units, selected, options)
    if (options.findings.errors === errors) yield { run, selected, file: file.name }
  }
}
