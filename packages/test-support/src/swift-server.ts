import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { type IncomingMessage, request as requestTo, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type HttpsPeer, httpsPeer } from './https-peer.js'
import { type SkippableSuite, skipUnless } from './skip-unless.js'
import { removeFolder, whenGone } from './when-gone.js'

/** Debian's, for which its packages are. */
const python = '/usr/bin/python3'

/** OpenStack Swift with its S3 API: it refuses wrong keys. */
export interface SwiftServer {
  /** Of plain http. */
  readonly url: string
  readonly credential: { readonly accessKeyId: string; readonly secretAccessKey: string }
  remove(): Promise<void>
}

/** The suite itself where Swift is installed, and the temporary folder can hold its files; else one that skips visibly. */
export function needsSwift<S extends SkippableSuite>(suite: S): S {
  const tries = `import eventlet, swift, tempfile, os
with tempfile.NamedTemporaryFile() as file: os.setxattr(file.name, 'user.swift', b'1')`
  const found = spawnSync(python, ['-c', tries], { stdio: 'ignore' }).status === 0
  return skipUnless(
    found,
    'needs the packages of OpenStack Swift, and a temporary folder with attributes',
    suite,
  )
}

/** Starts it on a free port, with nothing in it. */
export async function swiftServer(): Promise<SwiftServer> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-swift-'))
  const credential = { accessKeyId: 'test:tester', secretAccessKey: 'geheim-0123456789abcdef' }
  const script = join(import.meta.dirname, '../src/swift-server.py')
  const args = [script, folder, credential.accessKeyId, credential.secretAccessKey]
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const end = whenGone(`kill -KILL "$2"; ${removeFolder}`, folder, `${child.pid}`)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + String(chunk)).slice(-4000)
  })
  const port = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => Number(line)),
    once(child, 'exit').then(() => undefined),
  ])
  if (port === undefined) {
    await end.now()
    throw new Error(`Swift does not start:\n${said}`)
  }
  const exited = once(child, 'exit')
  return {
    url: `http://127.0.0.1:${port}`,
    credential,
    remove: async () => {
      await end.now()
      await exited
    },
  }
}

/** A request that stands before Swift. */
export interface Passing {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Hands it on. With a limit, the connection is cut when so many bytes of its body have come. */
  pass(limit?: number): void
}

/** Before Swift, with https: every request comes by, and goes on unless it is kept. */
export function swiftFront(
  { url }: Pick<SwiftServer, 'url'>,
  look: (passing: Passing) => void = ({ pass }) => pass(),
): Promise<HttpsPeer> {
  const { hostname, port } = new URL(url)
  return httpsPeer((request, response) => {
    const pass = (limit = Number.POSITIVE_INFINITY): void => {
      const { method, headers, url: path } = request
      let isAnswered = false
      const further = requestTo({ hostname, port, method, headers, path, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        isAnswered = true
        if (method !== 'HEAD') return void answer.pipe(response)
        // Swift sends a body with some of these.
        response.end()
        further.destroy()
      })
      const cut = (): void => {
        further.destroy()
        request.socket.destroy()
      }
      further.on('error', () => isAnswered || cut())
      let size = 0
      // Swift may refuse before it has read.
      if (headers.expect !== undefined) {
        request.pause()
        further.once('continue', () => request.resume())
        further.flushHeaders()
      }
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > limit) cut()
        else if (!further.write(chunk)) {
          request.pause()
          further.once('drain', () => request.resume())
        }
      })
      request.on('end', () => further.end())
      request.on('error', cut)
      response.on('close', () => {
        if (!response.writableFinished) further.destroy()
      })
    }
    look({ request, response, pass })
  })
}
