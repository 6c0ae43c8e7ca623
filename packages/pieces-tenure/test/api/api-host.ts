import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import {
  type ArtifactStore,
  createPiecework,
  type JobReport,
  memoryArtifacts,
  memoryStore,
  type Piecework,
} from '@piecework/core'
import type { Pack } from '@piecework/core/piece'
import { type TenureApiOptions, tenureApi } from '@piecework/pieces-tenure'
import { inProcess } from '@piecework/runtime-inprocess'
import { httpsPeer } from '@piecework/test-support'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'

const project = 'p'.repeat(24)
export const root = '/api/v1/organizations/o/projects/london-2/'
const ana = { id: '1' }

/** What the API of a test says. Rows are read when a page is asked for. */
interface SampleApi {
  readonly parties: unknown[]
  readonly spatial: unknown[]
  readonly relationships: unknown[]
  readonly schemas: unknown[]
  readonly resources: unknown[]
  /** By path below `files/`. */
  readonly files: Map<string, Buffer>
  /** Rows of a page. */
  size: number
  /** Answers itself and says so; `path` is below the project, with its query. */
  hook: (path: string, response: ServerResponse, request: IncomingMessage) => boolean | undefined
}

export const party = (id: string, more: object = {}) => ({
  id,
  name: `Party ${id}`,
  type: 'IN',
  attributes: {},
  ...more,
})

const sampleApi = (): SampleApi => ({
  parties: [
    party('a', { attributes: { age: 33 } }),
    party('b', { name: '=cmd()', type: 'GR', attributes: { members: ['x;y', ''] } }),
    party('c', { type: 'CO' }),
  ],
  spatial: [
    {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [0.1, 51.5] },
      properties: { id: 'l1', type: 'AP', area: null, attributes: { quality: '-5' } },
    },
    {
      type: 'Feature',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [0, 1],
            [1, 1],
            [0, 0],
          ],
        ],
      },
      properties: { id: 'l2', type: 'PA', area: 12.5 },
    },
    { type: 'Feature', id: 'l3', geometry: null, properties: { type: 'NP' } },
  ],
  relationships: [
    { id: 'r', party_id: 'a', spatial_unit_id: 'l2', tenure_type: 'FH', attributes: { since: 1999 } },
  ],
  schemas: [{ id: 's', content_type: 'party', selector: 'IN', fields: [{ name: 'phone', type: 'text' }] }],
  resources: [
    {
      id: 'd1',
      name: 'Deed',
      original_file: 'deed.pdf',
      file: 'files/1',
      links: [{ kind: 'party', id: 'a' }],
    },
    { id: 'd2', name: 'Deed', original_file: '../con.txt', file: `${root}files/2`, links: [] },
    { id: 'd3', name: 'Lost', file: null },
    { id: 'd4', name: 'Old', original_file: 'old.pdf', file: 'files/1', archived: true },
  ],
  files: new Map([
    ['1', Buffer.from('the deed')],
    ['2', Buffer.alloc(300_000, 'x')],
  ]),
  size: 2,
  hook: () => undefined,
})

const lists: Readonly<Record<string, 'parties' | 'spatial' | 'relationships' | 'schemas' | 'resources'>> = {
  'parties/': 'parties',
  'spatial/': 'spatial',
  'relationships/tenure/': 'relationships',
  'attribute-schemas/': 'schemas',
  'resources/': 'resources',
}

export interface ApiHost {
  readonly api: SampleApi
  readonly piecework: Piecework
  readonly artifacts: ArtifactStore
  /** Paths that were asked for, and the header `Authorization` of each. */
  readonly asked: (readonly [path: string, authorization: string | undefined])[]
  readonly origin: string
  /** Of a job with these outputs. */
  report(...outputs: readonly string[]): Promise<JobReport>
  files(report: JobReport, output: string): Promise<ReadonlyMap<string, string>>
  zip(report: JobReport, output: string): Promise<Buffer>
  close(): Promise<void>
}

/** A host whose projects come from an API of the test's own. */
export async function apiHost(
  options: Partial<TenureApiOptions> = {},
  pack: (options: TenureApiOptions) => Pack = tenureApi,
): Promise<ApiHost> {
  const api = sampleApi()
  const asked: (readonly [string, string | undefined])[] = []
  const peer = await httpsPeer((request, response) => {
    const { url = '', headers } = request
    asked.push([url, headers.authorization])
    if (!url.startsWith(root)) return void response.writeHead(404).end()
    const path = url.slice(root.length)
    if (api.hook(path, response, request)) return undefined
    return answer(api, new URL(url, peer.url), path, response)
  })
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [
      pack({
        access: async () => ({ url: `${peer.url}${root}`, authorization: 'ScopedToken geheim' }),
        describe: async () => ({ name: 'London' }),
        schemas: 'attribute-schemas/',
        firstWaitMs: 1,
        ...peer.settings,
        ...options,
      }),
    ],
    runtime: inProcess({ concurrency: 2 }),
    store: memoryStore(),
    artifacts,
    backoffMs: 1,
  })
  await piecework.start()
  const zip = async (report: JobReport, output: string) =>
    buffer((await piecework.download(report.job.id, { output, principal: ana })).bytes)
  return {
    api,
    piecework,
    artifacts,
    asked,
    origin: peer.url,
    report: async (...outputs) => {
      const resource = { kind: 'tenure-project', id: project }
      const named = outputs.map((name) => ({ name }))
      return (await piecework.export({ resource, outputs: named, principal: ana })).ended()
    },
    zip,
    files: async (report, output) =>
      new Map([...(await readZip(await zip(report, output)))].map(([name, bytes]) => [name, String(bytes)])),
    close: async () => {
      await piecework.stop()
      await peer.close()
    },
  }
}

function answer(api: SampleApi, url: URL, path: string, response: ServerResponse): void {
  const found = contentOf(api, url, path.replace(/\?.*$/, ''))
  if (found === undefined) response.writeHead(404).end()
  else response.end(Buffer.isBuffer(found) ? found : JSON.stringify(found))
}

function contentOf(api: SampleApi, url: URL, below: string): unknown {
  const at = '2026-01-02T03:04:05Z'
  if (below === '') return { id: project, slug: 'london-2', name: 'London', created_at: at, updated_at: at }
  const file = /^(?:resources\/)?files\/(\w+)$/.exec(below)?.[1]
  if (file !== undefined) return api.files.get(file)
  const list = lists[below]
  if (!list) return undefined
  const rows = api[list]
  const page = Number(url.searchParams.get('page') ?? 1)
  const results = rows.slice((page - 1) * api.size, page * api.size)
  const next = page * api.size < rows.length ? `${url.origin}${url.pathname}?page=${page + 1}` : null
  const envelope = { count: rows.length, next }
  return list === 'spatial'
    ? { type: 'FeatureCollection', ...envelope, features: results }
    : { ...envelope, results }
}
