import { randomBytes } from 'node:crypto'
import {
  type AccessPolicy,
  createPiecework,
  memoryArtifacts,
  memoryStore,
  type Pack,
  type Piecework,
  type PieceworkOptions,
} from '@piecework/core'
import { credentialVault, downloadLinks, linkTarget } from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { pageRoutes } from '@piecework/page'
import { inProcess } from '@piecework/runtime-inprocess'
import { type PieceworkHttp, type PieceworkHttpOptions, pieceworkHttp } from '@piecework/server'
import { z } from 'zod'
import { type HostApp, hosts } from './hosts.js'
import { paperConnection } from './paper-connection.js'
import { Shelf } from './shelf.js'

export type Form = keyof typeof hosts

export const publicUrl = 'https://books.example.org'
const basePath = '/api/v1'
/** All addresses in answers begin with it. */
export const address = `${publicUrl}${basePath}`

export interface World {
  readonly shelf: Shelf
  readonly piecework: Piecework
  readonly http: PieceworkHttp
  /** Where the server is, with the base path: `http://127.0.0.1:1234/api/v1`. */
  readonly url: string
  readonly port: number
  readonly artifacts: ReturnType<typeof memoryArtifacts>
  /** What was given to `onError`. */
  readonly errors: unknown[]
  /** As ann unless `as` is another, or empty for no one. */
  call(path: string, options?: CallOptions): Promise<Response>
}

interface CallOptions extends RequestInit {
  readonly as?: string
  readonly json?: unknown
}

export interface WorldOptions {
  /** Beside the shelf's. */
  readonly packs?: readonly Pack[]
  readonly access?: AccessPolicy
  readonly piecework?: Partial<PieceworkOptions>
  readonly http?: Partial<PieceworkHttpOptions<never>>
}

/** Ann owns all; eve may do nothing, bob may view. */
const policy: AccessPolicy = {
  allows: async ({ id }, action) => id === 'ann' || (id === 'bob' && action === 'view'),
}

/** A host with one of the frameworks on a port of its own. */
export async function startWorld(form: Form, options: WorldOptions = {}): Promise<World & HostApp> {
  const shelf = new Shelf()
  shelf.add('b1', 'Birds', ['wren', 'owl'])
  shelf.add('c1', 'Nests', ['twig'], 'b1')
  shelf.add('c2', 'Eggs', ['blue'], 'b1')
  shelf.add('b2', 'Trees', ['oak'])
  const artifacts = memoryArtifacts()
  const store = memoryStore()
  const piecework = createPiecework({
    packs: [shelf.pack(), ...(options.packs ?? [])],
    store,
    artifacts,
    targets: [linkTarget({ store })],
    runtime: inProcess({ concurrency: 4 }),
    access: options.access ?? policy,
    backoffMs: 5,
    ...options.piecework,
  })
  await piecework.start()
  const keys = [{ id: 'first', secret: randomBytes(32) }]
  const links = downloadLinks({ piecework, store, keys, shareMs: 3_600_000 })
  const vault = credentialVault({
    store,
    keys,
    forms: { s3: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }) },
  })
  const errors: unknown[] = []
  const http = pieceworkHttp({
    piecework,
    basePath,
    paths: { book: 'books', chapter: 'chapters' },
    formats: { 'plain-notes': 'notes' },
    extensions: [deliveryRoutes({ links, vault, connect: { paper: paperConnection(vault) } }), pageRoutes()],
    publicUrl,
    principal: (host: { user?: { id: string }; get?(name: string): unknown }) =>
      host.user ?? (host.get?.('user') as { id: string } | undefined),
    onError: (error) => errors.push(error),
    ...(options.http as object),
  })
  const host = await hosts[form](http, basePath)
  const url = `http://127.0.0.1:${host.port}${basePath}`
  return {
    shelf,
    piecework,
    http,
    url,
    port: host.port,
    artifacts,
    errors,
    call: (path, { as = 'ann', json, headers, ...rest } = {}) =>
      fetch(`${url}/${path}`, {
        ...rest,
        headers: {
          ...(as && { authorization: `Bearer ${as}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(headers as Record<string, string>),
        },
        ...(json !== undefined && { body: JSON.stringify(json), method: rest.method ?? 'POST' }),
      }),
    close: async () => {
      http.stop()
      await piecework.stop()
      await host.close()
    },
  }
}

export async function withWorld(
  form: Form,
  use: (world: World) => Promise<void>,
  options?: WorldOptions,
): Promise<void> {
  const world = await startWorld(form, options)
  try {
    await use(world)
  } finally {
    await world.close()
  }
}
