/** Spreadsheets take a cell that begins with one of these for a formula, or drop the character. */
const guarded = /^[=+\-@\t\r']/

/** A text as it stands in a cell: with a `'` before it if a spreadsheet might compute it. Not for numbers. */
export const cellText = (text: string): string => (guarded.test(text) ? `'${text}` : text)

/** The text of a cell: without the `'` that `cellText` has put there. */
export const textOfCell = (cell: string): string =>
  cell.startsWith("'") && guarded.test(cell.slice(1)) ? cell.slice(1) : cell
