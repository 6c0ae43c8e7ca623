import { type CsvRows, underHeader } from '../../records/csv-rows.js'

/**
 * `rows` have two planning units and the length of their boundary; each pair once, as Marxan takes the first of two that are the same, in
 * either direction. A pair of a unit with itself is its outer boundary.
 * @see Marxan User Manual 5.4.1
 */
export const writeBound = (rows: CsvRows): AsyncIterable<Uint8Array> => underHeader('id1,id2,boundary', rows)
