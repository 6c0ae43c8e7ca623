import { csvRecords, PieceworkError } from '@piecework/core/piece'
import { type CsvRows, withoutHeader } from './csv-rows.js'

/**
 * CSV rows as lines without quotation marks, which Marxan does not know; `names` are the header. No cell may
 * hold the end of a line. Throws `options-invalid` for a cell with the delimiter or a quotation mark.
 */
export async function* plainRows(
  names: readonly string[],
  delimiter: string,
  rows: CsvRows,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const plain = (cell: string | null, at: number): string => {
    if (cell?.includes(delimiter) || cell?.includes('"'))
      throw new PieceworkError(
        'options-invalid',
        `A cell of the column ${names[at]} cannot be written without quotation marks.`,
      )
    return cell ?? ''
  }
  const lines = (text: string): Buffer =>
    Buffer.from(
      csvRecords(text)
        .map((cells) => `${cells.map(plain).join(delimiter)}\n`)
        .join(''),
    )
  yield Buffer.from(`${names.join(delimiter)}\n`)
  let rest = ''
  for await (const chunk of withoutHeader(rows)) {
    const text = rest + decoder.decode(chunk, { stream: true })
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    if (end > 0) yield lines(text.slice(0, end))
  }
  rest += decoder.decode()
  if (rest !== '') yield lines(rest)
}
