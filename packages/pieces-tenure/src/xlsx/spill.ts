/**
 * Where the values of a column go that no cell holds. In their place stands `spillMark`. The table that they go to has for each
 * the row's key, the column where several go there, and the text: in a sheet in numbered parts.
 */
export interface Spill {
  /** A sheet of the same workbook, or a CSV file beside it. */
  readonly to: 'sheet' | 'csv'
  /** Of the sheet; of the file without its ending: `locations-long`. Only columns of one sheet go there. */
  readonly name: string
  /** The column of the same sheet whose values tell its rows apart. */
  readonly key: string
  /** What that column is called where the values go: `location_id`. */
  readonly keyName: string
}

/** What stands in the cell. A value that is equal to it goes where the long ones go. */
export const spillMark = ({ to, name }: Spill): string =>
  to === 'sheet' ? `see sheet ${name}` : `see ${name}.csv`

export const spillColumns = ({ to, keyName }: Spill, isShared: boolean): readonly string[] => [
  keyName,
  ...(isShared ? ['column'] : []),
  ...(to === 'sheet' ? ['part'] : []),
  'text',
]
