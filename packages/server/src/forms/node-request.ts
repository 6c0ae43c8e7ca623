import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { HttpRequest, RequestBody } from '../http/http-request.js'
import { askedMethod } from './asked-method.js'

export interface NodeParts {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** What the framework gives its own handlers. */
  readonly host: unknown
  /** Where its body parser puts what it has read. */
  readonly parsed?: unknown
}

/** The address as it came: Express and Connect shorten `url` to what is below a mount. */
export function nodeUrl(req: IncomingMessage): string {
  const { originalUrl } = req as { readonly originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : (req.url ?? '/')
}

export function nodeMethod({ method, headers }: IncomingMessage): string {
  return askedMethod(method, headers['access-control-request-method'])
}

export function nodeRequest({ req, res, host, parsed }: NodeParts): HttpRequest {
  const gone = new AbortController()
  // Of the connection or of the request: an answer that has been sent whole is no reason.
  res.on('close', () => {
    if (!res.writableFinished) gone.abort()
  })
  if (res.destroyed) gone.abort()
  return {
    method: req.method ?? 'GET',
    url: nodeUrl(req),
    headers: headersOf(req),
    body: bodyOf(req, parsed),
    signal: gone.signal,
    host,
  }
}

function headersOf({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) found.set(name, Array.isArray(value) ? value.join(', ') : value)
  return found
}

/** Some body parsers leave an empty object where they have read nothing, so what counts is whether it was read. */
function bodyOf(req: IncomingMessage, parsed: unknown): RequestBody {
  if (!isSent(req)) return { state: 'none' }
  if (!req.readableDidRead) return { state: 'unread', bytes: bytesOf(req) }
  const isEmpty = typeof parsed === 'object' && parsed !== null && Object.keys(parsed).length === 0
  const type = req.headers['content-type'] ?? ''
  // A form that was read elsewhere has left an empty object, or its fields alone.
  if (parsed === undefined || type.startsWith('multipart/')) return { state: 'consumed' }
  if (isEmpty && !(parsed instanceof Uint8Array) && !/json/i.test(type)) return { state: 'consumed' }
  return { state: 'parsed', value: parsed }
}

function isSent(req: IncomingMessage): boolean {
  if (req.headers['transfer-encoding'] !== undefined) return true
  if (req.headers['content-length'] !== undefined) return Number(req.headers['content-length']) > 0
  // HTTP/2 needs neither.
  const { stream } = req as { readonly stream?: { readonly endAfterHeaders?: boolean } }
  return stream?.endAfterHeaders === false
}

/** Stopping early must not take the connection, over which the answer goes. */
function bytesOf(req: IncomingMessage): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () =>
      Readable.prototype.iterator.call(req, { destroyOnReturn: false }) as AsyncIterator<Uint8Array>,
  }
}
