import { type CsvRows, underHeader } from '../../records/csv-rows.js'

/** `rows` have every planning unit, and 1 if the run selects it, else 0. */
export const writeSolution = (rows: CsvRows): AsyncIterable<Uint8Array> => underHeader('PUID,SOLUTION', rows)

/** `rows` have every planning unit, and how many runs select it. */
export const writeFrequency = (rows: CsvRows): AsyncIterable<Uint8Array> =>
  underHeader('"planning_unit","number"', rows)
