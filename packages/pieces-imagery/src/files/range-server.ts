import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SceneFiles } from './scene-files.js'

export interface RangeServer {
  /** Address of a file: it cannot be guessed, and is gone with the server. */
  addressOf(key: string, size: number): string
  /** What the store has thrown, of which a child only knows that bytes are missing. */
  failure(): unknown
  close(): Promise<void>
}

/** Serves files of a store to child processes of this machine, by ranges, on the loopback interface alone. */
export async function rangeServer(files: SceneFiles): Promise<RangeServer> {
  let failure: unknown
  const served = new Map<string, { readonly key: string; readonly size: number }>()
  const server = createServer((request, response) => {
    const file = served.get(request.url ?? '')
    if (!file) response.writeHead(404).end()
    else
      answer(files, file, request, response).catch((error: unknown) => {
        // A child that has ended is no failure of the store.
        if (!request.destroyed) failure ??= error
        response.destroy()
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  const place = server.address()
  const port = typeof place === 'object' && place ? place.port : 0
  return {
    addressOf: (key, size) => {
      const path = `/${randomBytes(24).toString('hex')}/scene.tif`
      served.set(path, { key, size })
      return `http://127.0.0.1:${port}${path}`
    },
    failure: () => failure,
    close: async () => {
      served.clear()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(
  files: SceneFiles,
  { key, size }: { readonly key: string; readonly size: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const start = first === '' ? 0 : Number(first)
  const end = Math.min(last === '' ? size : Number(last) + 1, size)
  if (start >= end) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    return
  }
  response.writeHead(first === '' ? 200 : 206, {
    'accept-ranges': 'bytes',
    'content-length': end - start,
    'content-type': 'image/tiff',
    ...(first !== '' && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
  })
  if (request.method === 'HEAD') response.end()
  else await pipeline(Readable.from(files.open(key, { start, end })), response)
}
