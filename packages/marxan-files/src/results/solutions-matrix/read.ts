import type { ZippedFile } from '@piecework/core/archive'
import type { KnownIds } from '../../tables/table-ids.js'
import { isOutputError } from '../output-problem.js'
import type { ReadResultOptions } from '../read-records.js'
import { MatrixReader, type MatrixRow } from './matrix-reader.js'
import type { WantedRuns } from './wanted-runs.js'

export interface ReadMatrixOptions extends ReadResultOptions, WantedRuns {}

/**
 * Reads a matrix of solutions: a column for each planning unit, a row for each run, in any order. Holds one bit for each unit and no more, however many runs
 * there are. Rows with an error are left out, and those of other runs than `runs` are not checked.
 * @see Marxan User Manual 7
 */
export async function* readMatrix(
  file: ZippedFile,
  units: KnownIds,
  { findings, signal, ...wanted }: ReadMatrixOptions,
): AsyncGenerator<MatrixRow> {
  const matrix = new MatrixReader(file.name, units, findings, wanted)
  try {
    for await (const chunk of file.open()) {
      signal?.throwIfAborted()
      for (let at = matrix.read(chunk, 0); at >= 0; at = matrix.read(chunk, at)) {
        const row = matrix.row()
        if (row) yield row
      }
      if (matrix.stopped) return
    }
    if (matrix.finish()) {
      const row = matrix.row()
      if (row) yield row
    }
    matrix.close()
  } catch (error) {
    if (!isOutputError(error)) throw error
    findings.error(error.code, { file: file.name }, () => ({ message: error.message }))
  }
}
