import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  readonly port: number
  /** Heads of the requests that came for what is cut: the request line and its headers. */
  readonly requests: readonly string[]
  /** Bytes that went to the client in answer to them. */
  readonly sent: number
  close(): Promise<void>
}

export interface Cuts {
  /** Requests whose head has it. Others pass, over the same proxy. */
  readonly of: string
  /** One connection after the other ends after so many bytes; what comes after these passes. */
  readonly after: readonly number[]
  /** Ends it: by default as a server that dies in order, which a client takes for a body that is too short. */
  readonly by?: (client: Socket) => unknown
  /** What of a request reaches the server. */
  readonly rewrite?: (text: string) => string
}

/** Before a server on `port`: a line that is cut in the middle of a body. Requests must not be sent ahead of answers. */
export async function cuttingProxy(port: number, cuts: Cuts): Promise<CuttingProxy> {
  const { of, by = (client: Socket) => client.end(), rewrite = (text: string) => text } = cuts
  const waiting = [...cuts.after]
  const sockets = new Set<Socket>()
  const seen: { requests: string[]; sent: number } = { requests: [], sent: 0 }
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    let left = Number.POSITIVE_INFINITY
    let isCounted = false
    client.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      isCounted = text.includes(of)
      if (isCounted) {
        seen.requests.push(text)
        left = waiting.shift() ?? Number.POSITIVE_INFINITY
      }
      upstream.write(rewrite(text), 'latin1')
    })
    upstream.on('data', (chunk: Buffer) => {
      const passed = chunk.subarray(0, left)
      left -= passed.length
      if (isCounted) seen.sent += passed.length
      const isFull = !client.write(passed)
      if (left === 0) {
        upstream.destroy()
        by(client)
        return
      }
      if (!isFull) return
      upstream.pause()
      client.once('drain', () => upstream.resume())
    })
    upstream.on('end', () => client.end())
    client.on('close', () => upstream.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(seen, {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
}
