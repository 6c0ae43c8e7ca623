import { csvLine, type ExportContext, type Piece, PieceworkError } from '@piecework/core/piece'
import type { Outbound } from '@piecework/outbound'
import { ApiClient } from './api-client.js'
import { invalidPage } from './api-error.js'
import { exportApiFiles } from './api-files.js'
import { apiRows, parsed } from './api-list.js'
import {
  type ApiTable,
  apiLocations,
  apiParties,
  apiProject,
  apiRelationships,
  apiResources,
  apiSchemas,
} from './api-rows.js'
import { ewkbHexOf } from './geojson.js'
import { ListDigest, ListedResources } from './listed-resources.js'
import type { TenureApiOptions } from './tenure-api-options.js'

type Reading = (context: ExportContext, client: ApiClient) => Promise<{ readonly rows: number }>

/** The pieces of a project that is read from the API: named as those of the database, with the same entries. */
export function apiPieces(options: TenureApiOptions, calls: Outbound): readonly Piece[] {
  const { schemas, archived = 'left' } = options
  const known = new ListedResources()
  const piece = (name: string, read: Reading): Piece => ({
    contract: 1,
    name,
    of: 'tenure-project',
    version: 1,
    exporter: {
      export: async (context) => {
        const { resource, principal, jobId, signal } = context
        const reader = { project: resource.id, principal, jobId, signal }
        return read(context, await ApiClient.open(calls, options, reader))
      },
    },
    // Its archives are for hosts with the tables; here the kind has no shell that an import could fill.
    importer: { import: notHere },
  })
  return [
    piece('tenure/project', exportProject),
    piece('tenure/schemas', (context, client) =>
      schemas === undefined ? noSchemas(context) : exportTable(context, client, apiSchemas(schemas)),
    ),
    piece('tenure/parties', (context, client) => exportTable(context, client, apiParties)),
    piece('tenure/locations', (context, client) => exportTable(context, client, apiLocations)),
    piece('tenure/relationships', (context, client) => exportTable(context, client, apiRelationships)),
    piece('tenure/resources', (context, client) => exportResources(context, client, archived, known)),
    piece('tenure/files', (context, client) => exportApiFiles(context, client, archived, known)),
  ]
}

async function notHere(): Promise<never> {
  throw new PieceworkError(
    'unsupported',
    'Projects that are read from an API are imported by tenureProject().',
  )
}

async function exportProject(
  { write, resource }: Pick<ExportContext, 'write' | 'resource'>,
  client: ApiClient,
): Promise<{ readonly rows: number }> {
  const where = 'the project'
  const { id, extent, ...row } = parsed(apiProject, await client.json(client.scope.below(''), where), where)
  if (id !== resource.id) throw invalidPage(where, 'it has another id than the one that is exported')
  const columns = {
    ...row,
    urls: JSON.stringify(row.urls),
    contacts: JSON.stringify(row.contacts),
    extent: extent ? ewkbHexOf(extent) : null,
    archived: row.archived ? 't' : 'f',
  }
  const lines = csvLine(Object.keys(columns)) + csvLine(Object.values(columns))
  await write('projects.csv', Buffer.from(lines), () => 1)
  return { rows: 1 }
}

async function noSchemas({ write }: Pick<ExportContext, 'write'>): Promise<{ readonly rows: number }> {
  const { entry, columns } = apiSchemas('')
  await write(entry, Buffer.from(csvLine(columns)), () => 0)
  return { rows: 0 }
}

async function exportTable<Row extends { readonly id: string }>(
  { write, progress }: Pick<ExportContext, 'write' | 'progress'>,
  client: ApiClient,
  table: ApiTable<Row>,
  take: (row: Row) => boolean = () => true,
): Promise<{ readonly rows: number }> {
  let rows = 0
  await write(table.entry, lines(), () => rows)
  return { rows }

  async function* lines(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(csvLine(table.columns))
    for await (const page of apiRows(client, table)) {
      const taken = page.filter(take)
      yield Buffer.from(taken.map((row) => csvLine(table.cells(row))).join(''))
      rows += taken.length
      progress(rows)
    }
  }
}

/** The links are held until the list has ended: they are an entry of their own. */
async function exportResources(
  context: ExportContext,
  client: ApiClient,
  archived: 'left' | 'carried',
  known: ListedResources,
): Promise<{ readonly rows: number }> {
  const digest = new ListDigest()
  const links = new Set<string>()
  const { rows } = await exportTable(context, client, apiResources, (row) => {
    if (row.archived && archived === 'left') return false
    digest.add(apiResources.cells(row))
    for (const { kind, id } of row.links) links.add(csvLine([row.id, kind, id]))
    return true
  })
  const header = csvLine(['resource_id', 'kind', 'target_id'])
  await context.write('resource_links.csv', Buffer.from(header + [...links].join('')), () => links.size)
  known.wrote(context, 'rows', digest.text())
  return { rows: rows + links.size }
}
