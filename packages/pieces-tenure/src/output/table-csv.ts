import { type CsvRow, csvLine, type OutputContext } from '@piecework/core/piece'
import { attributeCell } from '../attributes/attribute-cell.js'
import { cellText } from '../cell-text.js'
import { attributesOf, valueIn } from './attributes-of.js'
import type { Ewkb } from './ewkb.js'
import { geometryOf } from './people-tables.js'
import type { ProjectEntries } from './project-entries.js'
import type { ScannedTable } from './scan-table.js'

/** Takes the rows, too, which are read once for both. */
export interface RowWatch {
  see(row: CsvRow, geometry: Ewkb | undefined): void
  flush(): Promise<void>
}

/** The table as CSV, as COPY reads it: nothing between two commas is missing, `""` is the empty text. */
export async function* tableCsv(
  { table, columns }: ScannedTable,
  project: ProjectEntries,
  { signal }: Pick<OutputContext, 'signal'>,
  written: (rows: number) => void,
  watch?: RowWatch,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine([...table.fixed, ...columns].map(({ name }) => cellText(name))))
  for await (const batch of project.of(table.piece).rows(table.entry)) {
    signal.throwIfAborted()
    const lines = batch.map((row) => {
      const attributes = attributesOf(row)
      const geometry = geometryOf(row)
      watch?.see(row, geometry)
      return csvLine([
        ...table.fixed.map((column) => column.cell(row, geometry)),
        ...columns.map(({ attribute, kind }) => attributeCell(kind, valueIn(attributes, attribute))),
      ])
    })
    await watch?.flush()
    yield Buffer.from(lines.join(''))
    written(batch.length)
  }
}
