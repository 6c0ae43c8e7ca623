import { type CsvRows, underHeader } from '../../records/csv-rows.js'

/**
 * The columns of a written pu.dat, in their order. Marxan needs locations only to know how far occurrences of a feature are from one
 * another.
 * @see Marxan User Manual 5.3.3
 */
const puColumns = ({ locations }: { readonly locations: boolean }): readonly string[] => [
  'id',
  'cost',
  'status',
  ...(locations ? ['xloc', 'yloc'] : []),
]

/** `rows` have the columns of `puColumns`; 0 is an available unit, 1 one in the starting reserve, 2 locked in, 3 locked out. */
export const writePu = (rows: CsvRows, options: { readonly locations: boolean }): AsyncIterable<Uint8Array> =>
  underHeader(puColumns(options).join(','), rows)
