import { csvLine, type OutputContext } from '@piecework/core/piece'
import { attributeCell } from '../attributes/attribute-cell.js'
import { cellText } from '../cell-text.js'
import { attributesOf } from './attributes-of.js'
import type { ProjectEntries } from './project-entries.js'
import type { ScannedTable } from './scan-table.js'

/** The table as CSV, as COPY reads it: nothing between two commas is missing, `""` is the empty text. */
export async function* tableCsv(
  { table, columns }: ScannedTable,
  project: ProjectEntries,
  { signal }: Pick<OutputContext, 'signal'>,
  written: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine([...table.fixed, ...columns].map(({ name }) => cellText(name))))
  for await (const batch of project.of(table.piece).rows(table.entry)) {
    signal.throwIfAborted()
    const lines = batch.map((row) => {
      const attributes = attributesOf(row)
      return csvLine([
        ...table.fixed.map((column) => column.cell(row)),
        ...columns.map(({ attribute, kind }) => attributeCell(kind, attributes.get(attribute))),
      ])
    })
    yield Buffer.from(lines.join(''))
    written(batch.length)
  }
}
