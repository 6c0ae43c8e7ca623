import { PieceworkError } from '@piecework/core/piece'
import { columnLetters } from '../cell-ref.js'
import { escapeCellText } from '../cell-text.js'
import { type CellContext, cellEncoder } from './cell-encoder.js'
import { textCell } from './cell-xml.js'
import { sheetEnd, sheetStart } from './part-xml.js'
import type { RowCursor } from './row-cursor.js'
import type { CellValue } from './sheet-to-write.js'

const chunkCharacters = 2 ** 16

/** One sheet of the rows, which ends with them or when it is full; `sheetRows` counts the header. */
export async function* sheetXml(
  cursor: RowCursor,
  sheetRows: number,
  context: CellContext,
): AsyncGenerator<Uint8Array> {
  const letters = context.columns.map((_, at) => columnLetters(at))
  const encoders = context.columns.map((column, at) => cellEncoder(column, letters[at] as string, context))
  const rowXml = (values: readonly CellValue[], row: number): string => {
    if (values.length !== encoders.length)
      throw new PieceworkError(
        'options-invalid',
        `Row ${row} of sheet ${context.sheet} has ${values.length} values for ${encoders.length} columns`,
      )
    let cells = ''
    for (let at = 0; at < encoders.length; at++)
      cells += encoders[at]?.(values[at] as CellValue, row, values) ?? ''
    return `<row r="${row}">${cells}</row>\n`
  }
  let text = sheetStart + headerXml(letters, context)
  let row = 1
  while (row < sheetRows && (await cursor.hasMore()))
    for (const values of cursor.take(sheetRows - row)) {
      text += rowXml(values, ++row)
      if (context.spills.isFull) await context.spills.flush()
      if (text.length < chunkCharacters) continue
      yield Buffer.from(text)
      text = ''
    }
  yield Buffer.from(text + sheetEnd)
}

function headerXml(letters: readonly string[], { columns, guard }: CellContext): string {
  const cells = columns.map(({ name }, at) => textCell(letters[at] as string, 1, escapeCellText(guard(name))))
  return `<row r="1">${cells.join('')}</row>\n`
}
