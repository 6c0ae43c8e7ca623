import type { CsvRow, OutputContext } from '@piecework/core/piece'
import { type AttributeColumn, attributeColumns } from '../attributes/attribute-columns.js'
import { type AttributeKind, kindOfValue } from '../attributes/attribute-kind.js'
import { firstInexact } from '../attributes/exact-numbers.js'
import { attributesOf, schemasOf } from './attributes-of.js'
import type { PeopleTable } from './people-tables.js'
import { type ProjectEntries, rowsIn } from './project-entries.js'

export interface ScannedTable {
  readonly table: PeopleTable
  readonly rows: number
  readonly columns: readonly AttributeColumn[]
}

/** Reads a table once, before it is written: which attributes there are. `see` is called with each row. */
export async function scanTable(
  table: PeopleTable,
  project: ProjectEntries,
  { signal, finding }: Pick<OutputContext, 'signal' | 'finding'>,
  see: (row: CsvRow) => void = () => {},
): Promise<ScannedTable> {
  const found = new Map<string, Set<AttributeKind>>()
  let rows = 0
  let cut = 0
  for await (const row of rowsIn(project.of(table.piece), table.entry, signal)) {
    rows++
    see(row)
    if (firstInexact(row.attributes ?? '') !== undefined) cut++
    for (const [name, value] of Object.entries(attributesOf(row))) {
      const kinds = found.get(name) ?? new Set()
      found.set(name, kinds)
      const kind = kindOfValue(value)
      if (kind) kinds.add(kind)
    }
  }
  if (cut > 0)
    finding({
      severity: 'warning',
      code: 'tenure/number-cut',
      file: table.file,
      count: cut,
      message: `${cut} rows have numbers of more digits than a double holds: they are cut.`,
      hint: 'An archive carries all digits; in the host, such numbers are better kept as texts.',
    })
  const schemas = await schemasOf(project.of('tenure/schemas'), table)
  const fixed = table.fixed.map(({ name }) => name)
  return { table, rows, columns: attributeColumns({ schemas, found, fixed }) }
}
