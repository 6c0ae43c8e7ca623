import { type CsvRows, underHeader } from '../../records/csv-rows.js'

/** `rows` have a row for each feature and these columns. The header is Marxan's own, with its odd blanks. */
export const writeFeatureResults = (rows: CsvRows): AsyncIterable<Uint8Array> =>
  underHeader(
    '"Conservation Feature","Feature Name","Target","Amount Held","Occurrence Target ","Occurrences Held","Separation Target ","Separation Achieved","Target Met","MPM"',
    rows,
  )
