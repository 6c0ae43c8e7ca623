import { type CsvRows, underHeader } from '../../records/csv-rows.js'

/**
 * `rows` have the columns species, pu and amount, in the order of the planning units and then of the features: Marxan reads the columns by
 * position and stops reading a unit where another begins.
 * @see Marxan User Manual 5.3.4
 */
export const writePuvspr = (rows: CsvRows): AsyncIterable<Uint8Array> =>
  underHeader('species,pu,amount', rows)
