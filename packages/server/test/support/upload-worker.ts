import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework, fileArtifacts } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import pg from 'pg'
import { Shelf } from './shelf.js'
import { userOf } from './user-of.js'

/**
 * One of several servers on one database and folder. `dies`: the number of the part before whose row, or after it, the
 * process is killed.
 */
const [url = '', folder = '', dies = ''] = process.argv.slice(2)
const database = fromPg(new pg.Pool({ connectionString: url, max: 4 }))
const shelf = new Shelf()
const piecework = createPiecework({
  packs: [shelf.pack({ noteBytes: 1e9 })],
  store: dying(postgresStore({ database })),
  artifacts: fileArtifacts(folder),
  runtime: inProcess(),
})
const http = pieceworkHttp({
  piecework,
  basePath: '/api/v1',
  paths: { book: 'books', chapter: 'chapters' },
  formats: { 'plain-notes': 'notes' },
  publicUrl: 'https://books.example.org',
  principal: ({ headers }: IncomingMessage) => userOf(headers.authorization),
})
const server = createServer(http.node).listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.once('disconnect', () => process.exit())

function dying(store: Store): Store {
  const [when, number = ''] = dies.split(' ')
  let parts = 0
  const die = (moment: string): void => {
    if (when === moment && parts === Number(number)) process.kill(process.pid, 'SIGKILL')
  }
  return {
    ...store,
    uploads: {
      ...store.uploads,
      add: async (lease, part) => {
        parts += 1
        die('before')
        const added = await store.uploads.add(lease, part)
        die('after')
        return added
      },
    },
  }
}
