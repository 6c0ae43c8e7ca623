import { listOf } from '../../attributes/joined-list.js'
import { csvTable } from '../csv/csv-table.js'
import { type ImportedTable, id, text } from '../imported-tables.js'
import type { Problem, UploadedResources } from '../raw-table.js'
import { RowReader } from '../row-reader.js'

const table: ImportedTable = {
  name: 'resources',
  columns: [
    id('id'),
    text('name'),
    { ...text('description'), optional: true },
    { ...text('original_file'), optional: true },
    { ...text('stored_file'), optional: true },
    { ...text('links'), optional: true },
  ],
}

export const linkKinds = ['project', 'party', 'location', 'relationship'] as const
export type LinkKind = (typeof linkKinds)[number]

interface ResourceLink {
  /** Undefined if what stands there is none. */
  readonly kind: LinkKind | undefined
  readonly id: string
  readonly text: string
}

export interface ResourceRow {
  readonly line: number
  readonly problems: readonly Problem[]
  readonly id: string | null
  readonly name: string | null
  readonly description: string | null
  readonly originalFile: string | null
  /** Beside the list. */
  readonly storedFile: string | null
  readonly links: readonly ResourceLink[]
}

export interface ResourceRows {
  /** Of the header. */
  readonly line: number
  readonly problems: readonly Problem[]
  /** Columns that mean nothing. */
  readonly unknown: readonly string[]
  readonly rows: () => AsyncIterable<readonly ResourceRow[]>
}

/** Throws a `FileProblem` for a list that cannot be read at all. */
export async function resourceRows({ list }: UploadedResources): Promise<ResourceRows> {
  const raw = await csvTable(list.name, () => list.open())
  const reader = new RowReader(table, raw, undefined)
  return { line: raw.line, problems: reader.problems, unknown: reader.unlisted, rows }

  async function* rows(): AsyncGenerator<readonly ResourceRow[]> {
    for await (const batch of raw.rows())
      yield batch.map((row) => {
        const { cells, problems } = reader.read(row)
        const [id = null, name = null, description = null, originalFile = null, storedFile = null, links] =
          cells
        const given = listOf(links ?? '').map(linkOf)
        return { line: row.line, problems, id, name, description, originalFile, storedFile, links: given }
      })
  }
}

function linkOf(text: string): ResourceLink {
  const colon = text.indexOf(':')
  const kind = linkKinds.find((one) => one === text.slice(0, colon))
  return { kind, id: text.slice(colon + 1), text }
}
