import { text } from 'node:stream/consumers'
import type { Output, OutputContext } from '@piecework/core/piece'
import { IdTable } from '../id-table.js'
import { type ProjectEntries, projectsOf, rowsIn } from '../output/project-entries.js'
import { fileEntries } from '../pieces/file-entries.js'
import { changedMeanwhile, withoutRetry } from './api-error.js'
import { apiResources } from './api-rows.js'
import { differentLists, ListDigest, listDigestEntry } from './listed-resources.js'

/** Where rows name those of another list, which was read at another moment. */
const references = [
  ['tenure/relationships', 'tenure_relationships.csv', 'party_id', 'tenure/parties', 'parties.csv'],
  ['tenure/relationships', 'tenure_relationships.csv', 'location_id', 'tenure/locations', 'locations.csv'],
  ['tenure/files', fileEntries.list, 'resource_id', 'tenure/resources', 'resources.csv'],
] as const

/** The output, if what its pieces have read leads nowhere else. Throws `source-changed`. */
export const joined = (output: Output): Output => ({
  ...output,
  assemble: async (context) => {
    for await (const project of projectsOf(context))
      for (const [piece, entry, column, toPiece, to] of references)
        if (output.pieces?.includes(piece))
          await assertJoined(project, { piece, entry, column, toPiece, to }, context)
    if (output.pieces?.includes('tenure/files'))
      for await (const project of projectsOf(context)) await assertSameList(project, context.signal)
    return output.assemble(context)
  },
})

/** Rows and files of resources were read by two pieces, perhaps in two processes. */
async function assertSameList(project: ProjectEntries, signal: AbortSignal): Promise<void> {
  const digest = new ListDigest()
  for await (const row of rowsIn(project.of('tenure/resources'), apiResources.entry, signal))
    digest.add(apiResources.columns.map((column) => row[column] ?? null))
  if ((await text(project.of('tenure/files').open(listDigestEntry))) !== digest.text()) throw differentLists()
}

interface Reference {
  readonly piece: string
  readonly entry: string
  readonly column: string
  readonly toPiece: string
  readonly to: string
}

async function assertJoined(
  project: ProjectEntries,
  { piece, entry, column, toPiece, to }: Reference,
  { signal }: Pick<OutputContext, 'signal'>,
): Promise<void> {
  const ids = new IdTable()
  for await (const { id } of rowsIn(project.of(toPiece), to, signal)) if (id != null) ids.add(id)
  for await (const row of rowsIn(project.of(piece), entry, signal)) {
    const id = row[column] ?? ''
    if (!ids.has(id))
      throw withoutRetry(changedMeanwhile(entry, `the ${column} ${JSON.stringify(id)} is not in ${to}`))
  }
}
