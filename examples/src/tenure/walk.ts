import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  createPiecework,
  fileArtifacts,
  folderTarget,
  isPieceworkError,
  memoryStore,
  type Pack,
} from '@piecework/core'
import { downloadLinks, linkTarget, scopedTokens } from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { email } from '@piecework/follow-ups'
import { tenureApi, tenureKey, tenureProject, tenureTables } from '@piecework/pieces-tenure'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { compareResources, httpsPeer } from '@piecework/test-support'
import { importFile } from './import-files.js'
import { mailCatcher } from './mail-catcher.js'
import { openDatabase } from './open-database.js'
import { projectApi } from './project-api.js'
import { addSampleProject } from './sample-project.js'

export interface WalkOptions {
  readonly folder: string
  readonly parcels: number
  readonly seed: number
  readonly databaseUrl?: string | undefined
  say(line: string): void
}

const principal = { id: '1' }
const tables = [
  'projects',
  'attribute_schemas',
  'parties',
  'locations',
  'tenure_relationships',
  'resources',
] as const

/** Exports a project through the host's API, delivers it, and imports it again. Resolves to how many rows differ. */
export async function walk({ folder, parcels, seed, databaseUrl, say }: WalkOptions): Promise<number> {
  const closing: (() => unknown)[] = []
  try {
    const { db, close } = await openDatabase(databaseUrl)
    closing.push(close)
    const files = fileArtifacts(join(folder, 'resources'))
    say(`A synthetic project, made up with seed ${seed}: no such town exists.`)
    const { organization, project } = await addSampleProject(db, files, { parcels, seed })

    const tokens = scopedTokens({
      store: memoryStore(),
      keys: [{ id: '2026-12', secret: randomBytes(32) }],
      user: async (id) => ({ id }),
    })
    const api = projectApi(db, files, tokens)
    const peer = await httpsPeer(api.handle)
    closing.push(() => peer.close())
    const path = `/api/v1/projects/${project}/`
    say(`Its API: GET ${path}{,parties/,spatial/,relationships/tenure/,resources/}, for scoped tokens.`)

    const mail = await mailCatcher()
    closing.push(() => mail.close())
    // The worker has no database: all it knows of the project comes from the API.
    const fromApi = tenureApi({
      access: async () => {
        const scope = { GET: [path] }
        const { token } = await tokens.issue({
          principal,
          scope,
          recipient: 'worker',
          lifetimeMs: 10 * 60_000,
        })
        return { url: peer.url + path, authorization: `ScopedToken ${token}` }
      },
      describe: async () => ({ name: 'Sample town' }),
      schemas: 'attribute-schemas/',
      ...peer.settings,
    })
    const store = memoryStore()
    const artifacts = fileArtifacts(join(folder, 'artifacts'))
    const worker = createPiecework({
      packs: [fromApi],
      store,
      artifacts,
      runtime: inProcess({ concurrency: 2 }),
      targets: [folderTarget({ root: join(folder, 'delivered') }), linkTarget({ store })],
      followUps: [
        email({
          transport: { host: '127.0.0.1', port: mail.port, secure: false },
          from: 'Sample office <office@example.org>',
          recipients: { self: 'ana@example.org' },
          publicUrl: 'https://office.example.org',
        }),
      ],
    })
    await worker.start()
    closing.push(() => worker.stop())
    const exported = (outputs: readonly string[]) =>
      worker.export({
        resource: { kind: 'tenure-project', id: project },
        outputs: outputs.map((name) => ({ name })),
        deliver: outputs.flatMap((output) => [
          { target: 'folder', output, destination: { folder: 'for ana' } },
          { target: 'link', output, destination: {} },
        ]),
        onSuccess: [{ action: 'email', input: { to: 'self' } }],
        principal,
      })
    const outputs = ['archive', ...formatsOf(fromApi)]
    const job = await exported(outputs).catch((error: unknown) => {
      if (!isPieceworkError(error, 'gdal/missing')) throw error
      say(`LEFT OUT: tenure/gpkg, which is refused here. ${error.message}`)
      return exported(outputs.filter((name) => name !== 'tenure/gpkg'))
    })
    const { archive, outputs: made = [], deliveries = [] } = await job.result()
    if (!archive) throw new Error('There is no archive.')
    say(`Exported by ${api.counts.requests} requests, ${api.counts.refused} of them refused:`)
    say(`  archive: ${archive.size} bytes`)
    for (const { name, fileName, size } of made) say(`  ${name}: ${fileName}, ${size} bytes`)
    for (const { severity, count, message } of (await job.ended()).findings)
      say(`  ${severity}${count === undefined ? '' : ` (${count})`}: ${message}`)
    for (const { target, location = '' } of deliveries)
      say(
        target === 'folder'
          ? `Delivered to ${location}`
          : `Delivered by a link, read with ${await linkBytes(location)} bytes`,
      )
    // It is sent behind the end of the job.
    await mail.first
    for (const one of mail.mails) say(`Mail: ${/^Subject: (.*)$/m.exec(one)?.[1]?.trim()}`)

    const office = createPiecework({
      packs: [tenureProject({ files })],
      store: memoryStore({ database: db }),
      artifacts,
      runtime: inProcess({ concurrency: 2 }),
    })
    await office.start()
    closing.push(() => office.stop())
    const imported = await office.import({
      archive,
      into: { kind: 'tenure-organization', id: organization },
      name: 'Sample town, again',
      principal,
    })
    const { resource: copy = { id: '' } } = await imported.result()
    const compared = await compareResources(db, {
      schema: 'tenure',
      root: 'projects',
      from: project,
      to: copy.id,
      jobs: [imported.id],
      keys: Object.fromEntries(tables.map((table) => [table, tenureKey])),
      differing: {
        projects: ['organization_id', 'owner_id', 'slug', 'name'],
        resources: ['artifact', 'contributor_id'],
        resource_links: ['target_id'],
      },
    })
    say('Imported from the archive, and compared with the first project:')
    for (const { table, rows, differences } of compared)
      say(`  ${table}: ${rows} rows, ${differences === 0 ? 'equal' : `${differences} differ`}`)
    const { rows } = await db.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM ${tenureTables.resources} WHERE project_id = $1 AND artifact IS NOT NULL`,
      [copy.id],
    )
    say(`  files: ${rows[0]?.count}`)
    let differing = compared.reduce((sum, { differences }) => sum + differences, 0)
    for (const format of ['shp', 'xlsx']) {
      const { bytes: file } = await worker.download(job.id, { output: `tenure/${format}`, principal })
      const into = { piecework: office, db, organization, project, say }
      differing += await importFile({ ...into, format: `tenure-${format}`, file })
    }
    return differing

    /** Served as the host would, asked as its user would. */
    async function linkBytes(link: string): Promise<number> {
      const keys = [{ id: '2026-12', secret: randomBytes(32) }]
      const links = downloadLinks({ piecework: worker, store, keys })
      const http = pieceworkHttp({
        piecework: worker,
        paths: { 'tenure-project': 'projects' },
        publicUrl: 'https://office.example.org',
        principal: () => principal,
        extensions: [deliveryRoutes({ links })],
      })
      const server = createServer(http.node).listen(0, '127.0.0.1')
      await once(server, 'listening')
      try {
        const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const asked = await fetch(`${here}/links/${link}/address`, { method: 'POST' })
        const { url } = (await asked.json()) as { url: string }
        const response = await fetch(url.replace('https://office.example.org', here))
        return (await response.arrayBuffer()).byteLength
      } finally {
        http.stop()
        server.close()
        server.closeAllConnections()
      }
    }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** All that the pack makes for people. */
const formatsOf = ({ outputs = [] }: Pack): readonly string[] => outputs.map(({ name }) => name)
