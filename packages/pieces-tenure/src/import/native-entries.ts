import { csvLine, type Entries, type EntryFile, entriesOf, PieceworkError } from '@piecework/core/piece'
import { peopleTables } from '../output/people-tables.js'
import { type AttributeList, readAttributeList } from './attribute-list-read.js'
import { importedTables } from './imported-tables.js'
import type { RawTables } from './raw-table.js'
import { resourceEntries, storedFileEntries } from './resources/resource-entries.js'
import { RowReader } from './row-reader.js'
import { uploadRole } from './uploaded-export.js'

/** What the pieces of an archive would have written, made of the tables of an upload while it is read. */
export async function nativeEntries(
  tables: RawTables,
  upload: Entries,
): Promise<ReadonlyMap<string, Entries>> {
  const list = await readAttributeList(tables)
  const size = upload.facts(uploadRole)?.size ?? 0
  const entry = (path: string, open: EntryFile['open']) => entriesOf([{ path, facts: { size }, open }])
  const rows = importedTables.map((imported) => {
    const people = peopleTables.find(({ file }) => file === `${imported.name}.csv`)
    if (!people) throw new PieceworkError('internal', `There is no table ${imported.name}.`)
    const lines = (): AsyncGenerator<Uint8Array> => tableLines(imported, tables, list)
    return [people.piece, entry(people.entry, lines)] as const
  })
  const schemas = entry('attribute_schemas.csv', () => schemaLines(list))
  return new Map([
    ['tenure/schemas', schemas],
    ...rows,
    ['tenure/resources', resourceEntries(tables.resources, size)],
    ['tenure/files', storedFileEntries(tables.resources, size)],
  ])
}

async function* schemaLines({ schemas }: AttributeList): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine(['id', 'content_type', 'selector', 'fields']))
  for (const [at, { contentType, selector, fields }] of schemas.entries())
    yield Buffer.from(csvLine([String(at + 1), contentType, selector, JSON.stringify(fields)]))
}

async function* tableLines(
  imported: (typeof importedTables)[number],
  tables: RawTables,
  list: AttributeList,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine([...imported.columns.map(({ to }) => to), 'attributes']))
  const table = await tables.table(imported.name)
  if (!table) throw unreported(imported.name)
  const reader = new RowReader(imported, table, list)
  for await (const batch of table.rows()) {
    const lines = batch.map((row) => {
      const { cells, problems } = reader.read(row)
      if (problems.length > 0) throw unreported(imported.name)
      return csvLine(cells)
    })
    yield Buffer.from(lines.join(''))
  }
}

const unreported = (name: string) =>
  new PieceworkError('validation-failed', `The ${name} have errors that their validation did not report.`)
