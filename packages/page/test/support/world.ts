import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { callback, createPiecework, memoryArtifacts, memoryStore, type Piecework } from '@piecework/core'
import { downloadLinks, linkTarget } from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { pageRoutes } from '@piecework/page'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { Parks } from './parks.js'

export interface World {
  readonly parks: Parks
  readonly piecework: Piecework
  /** `http://127.0.0.1:1234` */
  readonly origin: string
  /** Of the page: `http://127.0.0.1:1234/api/v1/ui`. */
  readonly page: string
  /** Ids of jobs of which a mail went to who has asked for them. */
  readonly mails: string[]
  /** Requests that came, as `GET /path`. */
  readonly requests: string[]
  /** Ends all connections, and new ones at once, until `use` is over: as a process that dies and one that takes its place. */
  away<T>(use: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface WorldOptions {
  /** Pages of the host's own, by path. */
  readonly pages?: Readonly<Record<string, { readonly type: string; readonly text: string }>>
  /** What a proxy strips from the beginning of each path. */
  readonly stripped?: string
  /** Of pages of the host. */
  readonly headers?: Readonly<Record<string, string>>
  /** Requests need this token; else all are ann's. */
  readonly token?: string
}

/** A host of parks on `node:http` and in memory, with the page. */
export async function startWorld({
  pages = {},
  stripped = '',
  headers = {},
  token,
}: WorldOptions = {}): Promise<World> {
  const parks = new Parks()
  const mails: string[] = []
  const email = callback<{ to: string }>({
    name: 'email',
    run: async ({ job, input }) => void (input.to === 'self' && mails.push(job.id)),
  })
  const store = memoryStore()
  const piecework = createPiecework({
    packs: [parks.pack()],
    store,
    targets: [linkTarget({ store })],
    followUps: [email],
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 4 }),
    backoffMs: 5,
  })
  await piecework.start()
  const keys = [{ id: 'first', secret: randomBytes(32) }]
  const http = pieceworkHttp({
    piecework,
    basePath: '/api/v1',
    paths: { park: 'parks', trail: 'trails' },
    formats: { 'park-survey': 'survey', 'trail-list': 'list' },
    followUps: ['email'],
    publicUrl: 'https://parks.example.org',
    extensions: [pageRoutes(), deliveryRoutes({ links: downloadLinks({ piecework, store, keys }) })],
    principal: (request: IncomingMessage) =>
      (token === undefined || request.headers.authorization === `Bearer ${token}`) && { id: 'ann' },
  })
  const requests: string[] = []
  let isAway = false
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (isAway) return void request.socket.destroy()
    requests.push(`${request.method} ${request.url}`)
    // As helmet does, before anything is answered.
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (stripped !== '' && request.url?.startsWith(stripped)) request.url = request.url.slice(stripped.length)
    const page = pages[request.url?.split('?')[0] ?? '']
    if (page) return void response.setHeader('content-type', page.type).end(page.text)
    return http.node(request, response, () => response.writeHead(404).end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    parks,
    piecework,
    origin,
    page: `${origin}${stripped}/api/v1/ui`,
    mails,
    requests,
    away: async (use) => {
      isAway = true
      server.closeAllConnections()
      try {
        return await use()
      } finally {
        isAway = false
      }
    },
    close: async () => {
      http.stop()
      await piecework.stop()
      server.closeAllConnections()
      server.close()
    },
  }
}
