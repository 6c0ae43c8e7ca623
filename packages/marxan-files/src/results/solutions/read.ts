import { checkOptions } from '@piecework/core/piece'
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

/**
 * Solutions of all runs, from the matrix or, without it, from the files of the runs. `units` are the ids of pu.dat. What cannot be read is reported and left
 * out.
 */
export async function* readSolutions(
  folder: Pick<OutputFolder, 'matrix' | 'solutions'>,
  units: KnownIds,
  given: ReadResultOptions,
): AsyncGenerator<Solution> {
  const options = checkOptions('readSolutions()', given, readResultChecks)
  const { matrix } = folder
  if (matrix) {
    for await (const row of readMatrix(matrix, units, options)) yield { ...row, file: matrix.name }
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
