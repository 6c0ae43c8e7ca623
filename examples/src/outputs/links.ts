import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework, memoryStore } from '@piecework/core'
import { downloadLinks, linkTarget } from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { cookbook } from './recipes.js'

const ann = { principal: { id: 'ann' } }
const store = memoryStore()
const piecework = createPiecework({
  packs: [cookbook],
  runtime: inProcess(),
  store,
  targets: [linkTarget({ store })],
  downloadsPerMinute: { requests: 60, bytes: 500_000_000 },
})
await piecework.start()

/** From where the host keeps its secrets; the same in all processes. */
const keys = [{ id: '2026-12', secret: randomBytes(32) }]
const links = downloadLinks({ piecework, store, keys })
const http = pieceworkHttp({
  piecework,
  paths: { recipe: 'recipes' },
  publicUrl: 'https://recipes.example.org',
  principal: ({ headers }: IncomingMessage) => headers.authorization === 'Bearer ann' && ann.principal,
  extensions: [deliveryRoutes({ links })],
})
const server = createServer(http.node).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

const job = await piecework.export({
  resource: { kind: 'recipe', id: 'soup' },
  deliver: [{ target: 'link', destination: {} }],
  ...ann,
})
const { deliveries = [] } = await job.result()
const [{ location: link = '' } = {}] = deliveries

const asked = await fetch(`http://127.0.0.1:${port}/links/${link}/address`, {
  method: 'POST',
  headers: { authorization: 'Bearer ann' },
})
const { url } = (await asked.json()) as { url: string }
console.log(url.replace(link, '<id>').replace(/address=.+/, 'address=…'))

const get = async () => {
  const response = await fetch(url.replace('https://recipes.example.org', `http://127.0.0.1:${port}`))
  const body = Buffer.from(await response.arrayBuffer())
  console.log(
    response.status,
    response.ok ? response.headers.get('content-type') : JSON.parse(String(body)).code,
  )
}
await get()
await links.revoke(link, ann)
await get()
const [{ requests, downloads, bytes } = { requests: 0, downloads: 0, bytes: 0 }] = await piecework.usage(
  {},
  ann,
)
console.log(requests, downloads, bytes > 0)

http.stop()
server.close()
await piecework.stop()
