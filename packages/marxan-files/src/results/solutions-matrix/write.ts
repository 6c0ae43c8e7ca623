import { asCells, type CsvRows } from '../../records/csv-rows.js'

export interface MatrixRun {
  readonly run: number
  /** One column: 1 or 0 for each planning unit, in the order of `units`. */
  readonly selected: CsvRows
}

/** A row for each run, a column for each unit. `units` have one column, the ids of the planning units with `P` before them. */
export async function* writeSolutionsMatrix(
  units: CsvRows,
  runs: Iterable<MatrixRun>,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from('SolutionsMatrix')
  yield* asCells(units)
  for (const { run, selected } of runs) {
    yield Buffer.from(`\nS${run}`)
    yield* asCells(selected)
  }
  yield Buffer.from('\n')
}
