import { createReadStream, createWriteStream } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createPiecework, type Database, fileArtifacts } from '@piecework/core'
import { downloadLinks, linkTarget } from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { Pool } from 'pg'
import { blobPack } from './blob-pack.js'

/** What the process is told. `works`: it takes up jobs. */
export interface ServeOptions {
  readonly what: 'piecework' | 'bare'
  readonly url: string
  readonly folder: string
  readonly megabytes: number
  readonly children: number
  readonly works: boolean
}

/** Of the process since its start. */
export interface ServeFigures {
  readonly queries: number
  readonly peakMb: number
  readonly cpuSeconds: number
}

const principal = { id: 'ann' }
const options = JSON.parse(process.argv[2] ?? '{}') as ServeOptions
let queries = 0
const server = createServer(await listener())
server.requestTimeout = 0
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({
    queries,
    peakMb: Math.round(process.resourceUsage().maxRSS / 102.4) / 10,
    cpuSeconds: (user + system) / 1e6,
  } satisfies ServeFigures)
})
process.once('disconnect', () => process.exit())

async function listener(): Promise<RequestListener> {
  const pool = new Pool({ connectionString: options.url, max: 8 })
  if (options.what === 'bare') return bare(pool)
  const store = postgresStore({ database: counted(fromPg(pool)) })
  await store.migrate()
  const piecework = createPiecework({
    packs: [blobPack(options)],
    targets: [linkTarget({ store })],
    access: { allows: async () => true },
    downloadsPerMinute: { requests: 1e9, bytes: 2 ** 50 },
    store,
    artifacts: fileArtifacts(options.folder),
    runtime: inProcess({ concurrency: 4 }),
  })
  if (options.works) await piecework.start()
  const links = downloadLinks({ piecework, store, keys: [{ id: 'bench', secret: Buffer.alloc(32, 7) }] })
  return pieceworkHttp({
    piecework,
    extensions: [deliveryRoutes({ links })],
    paths: { blob: 'blobs', shelf: 'shelves', slip: 'slips' },
    formats: { blobs: 'upload' },
    publicUrl: 'http://127.0.0.1',
    principal: () => principal,
  }).node
}

/** What a host would write: a file is piped to a folder and from it, a job's row is read and sent. */
function bare(pool: Pool): RequestListener {
  return (request, response) => {
    answerBare(pool, request)
      .then(async (body) => {
        if (typeof body === 'string') response.setHeader('content-type', 'application/json').end(body)
        else await pipeline(body, response)
      })
      .catch(() => response.destroy())
  }
}

async function answerBare(pool: Pool, request: IncomingMessage) {
  const file = join(options.folder, 'bare')
  if (request.method === 'POST') {
    await pipeline(request, createWriteStream(file))
    return '{}'
  }
  const path = new URL(request.url ?? '/', 'http://x').pathname
  if (path === '/file') return createReadStream(file)
  const { rows } = await pool.query('SELECT * FROM piecework.jobs WHERE id = $1', [path.slice(1)])
  return JSON.stringify(rows[0])
}

function counted(database: Database): Database {
  return {
    ...database,
    query: (sql, values) => {
      queries += 1
      return database.query(sql, values)
    },
    transaction: (work, given) => {
      queries += 1
      return database.transaction(work, given)
    },
  }
}
