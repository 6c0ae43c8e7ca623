import type { ZippedFile } from '@piecework/core/archive'
import type { Entries } from '@piecework/core/piece'
import { csvTable } from './csv/csv-table.js'
import { importedTables } from './imported-tables.js'
import type { RawTables } from './raw-table.js'
import { uploadedResources } from './resources/uploaded-resources.js'
import { filesOf, projectFiles } from './uploaded-export.js'

export interface CsvTables extends RawTables {
  /** All of the project, by their names in lower case. */
  readonly files: ReadonlyMap<string, ZippedFile>
}

/** The tables of an uploaded export of `tenure/shp`. Throws a `FileProblem`. */
export async function csvTables(entries: Entries): Promise<CsvTables> {
  const wanted = new Set(importedTables.map(({ name }) => `${name}.csv`))
  const all = await filesOf(entries)
  const files = projectFiles(all, (name) => wanted.has(name), 'locations.csv')
  return {
    files,
    resources: uploadedResources(all),
    table: async (name) => {
      const file = files.get(`${name}.csv`)
      return file && csvTable(file.name, () => file.open())
    },
    fileOf: (name) => `${name}.csv`,
    close: async () => {},
  }
}
