import { Agent, type IncomingMessage, request } from 'node:http'
import type { ServerProcess } from './server-process.js'

interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: Buffer
  readonly agent?: Agent
}

/** The whole answer. Throws for any status but 2xx. */
export async function call(server: ServerProcess, path: string, given: Call = {}): Promise<Buffer> {
  const response = await answered(server, path, given)
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299)
    throw new Error(`${given.method ?? 'GET'} ${path}: ${status} ${body.subarray(0, 300)}`)
  return body
}

export const json = async <T>(server: ServerProcess, path: string, given: Call = {}): Promise<T> =>
  JSON.parse(String(await call(server, path, given))) as T

export const post = <T>(server: ServerProcess, path: string, body: object): Promise<T> =>
  json<T>(server, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  })

/** How many bytes came. */
export async function drain(server: ServerProcess, path: string): Promise<number> {
  let bytes = 0
  for await (const chunk of await answered(server, path, {})) bytes += (chunk as Buffer).length
  return bytes
}

function answered(
  { port }: ServerProcess,
  path: string,
  { body, ...options }: Call,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ port, path, ...options }, resolve)
      .once('error', reject)
      .end(body)
  })
}

export interface Sending {
  readonly method: string
  readonly headers: Readonly<Record<string, string | number>>
  /** From here on, in bytes. */
  readonly offset: number
  readonly size: number
  /** The connection is cut after so many bytes. Absent: all are sent. */
  readonly most?: number
}

/** Sends bytes of one block again and again, as fast as they are taken. Resolves to how many were sent. */
export function send(
  { port }: ServerProcess,
  path: string,
  { offset, size, most, ...options }: Sending,
): Promise<number> {
  const length = size - offset
  const end = Math.min(length, most ?? length)
  return new Promise((resolve, reject) => {
    let sent = 0
    const headers = { ...options.headers, 'content-length': length }
    const asked = request({ port, path, method: options.method, headers }, (response) => {
      // 409: what was cut was still being stored when the offset was asked for.
      const ok = (response.statusCode ?? 500) < 300 || response.statusCode === 409
      response
        .resume()
        .once('end', () => (ok ? resolve(sent) : reject(new Error(`${path}: ${response.statusCode}`))))
    })
    asked.once('error', (error) => (most === undefined ? reject(error) : resolve(sent)))
    const pump = (): void => {
      while (sent < end) {
        const chunk = block.subarray(0, Math.min(block.length, end - sent))
        sent += chunk.length
        if (!asked.write(chunk)) {
          asked.once('drain', pump)
          return
        }
      }
      if (end === length) asked.end()
      else setTimeout(() => asked.destroy(), 20)
    }
    pump()
  })
}

const block = Buffer.alloc(256 * 1024, 'piecework')

interface RequestLoad {
  readonly seconds: number
  readonly connections: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Requests in so many seconds, of so many connections at once. */
export async function requestsIn(
  server: ServerProcess,
  path: string,
  { seconds, connections, headers = {} }: RequestLoad,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const end = performance.now() + seconds * 1000
  let count = 0
  const ask = async (): Promise<void> => {
    while (performance.now() < end) {
      await call(server, path, { agent, headers })
      count += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, ask))
  agent.destroy()
  return count
}

/** Opens so many streams, waits, and closes them. */
export async function withStreams(
  { port }: ServerProcess,
  path: string,
  count: number,
  work: () => Promise<void>,
): Promise<void> {
  const open = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof request>>((resolve, reject) => {
          const asked = request({ port, path, agent: false }, (response) => {
            response
              .on('error', () => undefined)
              .once('data', () => resolve(asked))
              .resume()
          })
          asked.once('error', reject).end()
        }),
    ),
  )
  try {
    await work()
  } finally {
    for (const asked of open) {
      asked.on('error', () => undefined)
      asked.destroy()
    }
  }
}
