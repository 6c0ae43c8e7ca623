import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AccessPolicy,
  createPiecework,
  memoryArtifacts,
  type Pack,
  type Piecework,
  type PieceworkOptions,
} from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { type DownloadLinks, downloadLinks, linkTarget } from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'

export const ann = { id: 'ann' }
const publicUrl = 'https://books.example.org'
const book = { kind: 'book', id: 'b1' }

/** One book of random bytes, which deflate makes no smaller. */
const packOf = (bytes: Buffer): Pack => ({
  name: 'books',
  kinds: [{ kind: 'book', table: 'books', key: 'nanoid', describe: async () => ({ name: 'Birds' }) }],
  pieces: [
    {
      contract: 1,
      name: 'book/scan',
      of: 'book',
      version: 1,
      exportOnly: true,
      exporter: {
        export: async ({ write }) => {
          await write('scan.bin', [bytes] as never)
          return { rows: 0 }
        },
      },
    },
  ],
})

export interface LinkHost {
  readonly piecework: Piecework
  readonly links: DownloadLinks
  readonly url: string
  close(): Promise<void>
}

export interface LinkHostOptions extends Partial<PieceworkOptions> {
  readonly store: Store
  readonly keys: Parameters<typeof downloadLinks>[0]['keys']
  readonly artifacts?: ReturnType<typeof memoryArtifacts>
  readonly access?: AccessPolicy
  readonly now?: () => number
  readonly shareMs?: number
  readonly checkedAgainMs?: number
  readonly size?: number
}

/** One process of a host, on a port of its own. */
export async function linkHost({
  store,
  keys,
  now,
  shareMs,
  checkedAgainMs,
  size = 1000,
  ...options
}: LinkHostOptions): Promise<LinkHost> {
  const piecework = createPiecework({
    packs: [packOf(randomBytes(size))],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    targets: [linkTarget({ store })],
    ...options,
  })
  await piecework.start()
  const links = downloadLinks({
    piecework,
    store,
    keys,
    ...(now && { now }),
    ...(shareMs !== undefined && { shareMs }),
    ...(checkedAgainMs !== undefined && { checkedAgainMs }),
  })
  const http = pieceworkHttp({
    piecework,
    paths: { book: 'books' },
    publicUrl,
    principal: ({ headers }: IncomingMessage) =>
      headers.authorization ? { id: headers.authorization } : undefined,
    extensions: [deliveryRoutes({ links })],
    onError: () => {},
  })
  const server: Server = createServer(http.node).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    piecework,
    links,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      http.stop()
      server.closeAllConnections()
      server.close()
      await piecework.stop()
    },
  }
}

/** An export that has been delivered to a link; resolves to the link's id. */
export async function linked(
  { piecework }: Pick<LinkHost, 'piecework'>,
  destination: object = {},
): Promise<{ readonly link: string; readonly size: number; readonly job: string }> {
  const job = await piecework.export({
    resource: book,
    principal: ann,
    deliver: [{ target: 'link', destination }],
  })
  const { archive, deliveries = [] } = await job.result()
  return { link: deliveries[0]?.location ?? '', size: archive?.size ?? 0, job: job.id }
}

/** Path and query of an address. */
export const pathOf = (link: string, { address }: { readonly address: string }): string =>
  `/links/${link}/file?address=${address}`
