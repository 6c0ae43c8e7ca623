import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { lingerMs } from '../defaults.js'
import type { HttpResponse } from '../http/http-response.js'

/** Sends an answer by Node's own response. Throws what the body throws, when the connection has been cut for it. */
export async function sendNode(
  req: IncomingMessage,
  res: ServerResponse,
  { status, headers, body }: HttpResponse,
): Promise<void> {
  // Someone else has answered meanwhile, such as a time limit of the application.
  if (res.destroyed || res.headersSent) return endBody(body)
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  const isLeft = bodyIsLeft(req)
  // What is not read cannot be told from a next request.
  if (isLeft) res.setHeader('connection', 'close')
  if (req.method === 'HEAD' || body === undefined) {
    await endBody(body)
    return isLeft ? linger(req, res, undefined) : void res.end()
  }
  if (typeof body === 'string') return isLeft ? linger(req, res, body) : void res.end(body)
  try {
    await pipeline(Readable.from(body, { objectMode: true, highWaterMark: 1 }), res)
  } catch (error) {
    if (!isClosed(error)) throw error
  }
}

function bodyIsLeft(req: IncomingMessage): boolean {
  if (req.readableEnded || req.complete) return false
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
}

/**
 * The answer is whole before the connection ends: a client that still sends would lose it with a reset. So it is read
 * on for a while.
 */
async function linger(req: IncomingMessage, res: ServerResponse, body: string | undefined): Promise<void> {
  if (body === undefined) res.flushHeaders()
  else res.write(body)
  req.on('error', () => undefined)
  req.resume()
  const over = new AbortController()
  const ended = new Promise<void>((resolve) => {
    req.once('end', resolve).once('close', resolve)
  })
  await Promise.race([ended, sleep(lingerMs, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
  res.end()
}

/** Ends a body that will not be read. */
async function endBody(body: HttpResponse['body']): Promise<void> {
  if (body !== undefined && typeof body !== 'string') await body[Symbol.asyncIterator]().return?.()
}

/** The client has gone. */
function isClosed(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'EPIPE' || code === 'ECONNRESET'
}
