import { connect } from 'node:net'
import { defaults } from '../defaults.js'
import type { PgClient } from './pg-client.js'

/**
 * Asks the server, over a socket of its own, to cancel the statement that the connection runs. Resolves when
 * the server has accepted the request, or when it has failed: callers must not rely on it.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelStatement(client: PgClient): Promise<void> {
  const { host, port, processID, secretKey } = client as PgClient & Partial<Record<string, unknown>>
  if (typeof processID !== 'number' || typeof secretKey !== 'number' || typeof port !== 'number') {
    return Promise.resolve()
  }
  const request = Buffer.alloc(16)
  request.writeInt32BE(16, 0)
  request.writeInt32BE(80877102, 4)
  request.writeInt32BE(processID, 8)
  request.writeInt32BE(secretKey, 12)
  const at = typeof host === 'string' ? host : 'localhost'
  return new Promise((resolve) => {
    const socket = at.startsWith('/')
      ? connect({ path: `${at}/.s.PGSQL.${port}` })
      : connect({ host: at, port })
    socket.setTimeout(defaults.cancelRequestTimeoutMs, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    // The server closes the connection when it has the request. pgbouncer drops the request of a client that
    // closes first, and some of its versions end by it.
    socket.on('connect', () => socket.write(request))
    socket.resume()
  })
}
