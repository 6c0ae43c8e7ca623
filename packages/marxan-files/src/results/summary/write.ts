import { type CsvRows, underHeader } from '../../records/csv-rows.js'

/** `rows` have a row for each run and these columns; MPM is the smallest part of a target that is met. */
export const writeSummary = (rows: CsvRows): AsyncIterable<Uint8Array> =>
  underHeader(
    '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"',
    rows,
  )
