import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'

/** A server of a test's own that has a name and a certificate, and is on this machine. */
export interface HttpsPeer {
  /** `https://peer.example.org:<port>`; names below that one have the same certificate. */
  readonly url: string
  readonly port: number
  /** What a caller needs to get there: its certificate, its network, and who knows its address. */
  readonly settings: {
    readonly ca: string
    readonly allowNetworks: readonly string[]
    readonly lookup: (hostname: string) => Promise<readonly string[]>
  }
  /** Ends what is under way, too. */
  close(): Promise<void>
}

export async function httpsPeer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpsPeer> {
  const fixture = (name: string) => readFile(join(import.meta.dirname, '../src/fixtures', name), 'utf8')
  const [key, cert] = await Promise.all([fixture('peer.key'), fixture('peer.crt')])
  const server = createServer({ key, cert }, handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `https://peer.example.org:${port}`,
    port,
    settings: { ca: cert, allowNetworks: ['127.0.0.0/8'], lookup: async () => ['127.0.0.1'] },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
