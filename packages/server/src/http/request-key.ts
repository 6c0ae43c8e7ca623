import { createHash } from 'node:crypto'
import type { RequestKey } from '@piecework/core/store'
import { requestKeyLength } from '../defaults.js'
import { httpError } from '../problems/http-error.js'
import { type HttpRequest, splitUrl } from './http-request.js'
import type { Route } from './route.js'

/**
 * The name of a request that may come twice, and what it asks for as a hash: method, path and the body as it was
 * understood. Throws `http/malformed` for a key that is none, or where none is taken.
 */
export function requestKeyOf(
  { method, again }: Pick<Route, 'method' | 'again'>,
  { headers, url }: Pick<HttpRequest, 'headers' | 'url'>,
  body: unknown,
): { readonly requestKey?: RequestKey } {
  const given = headers.get('idempotency-key')
  if (given === undefined || method !== 'POST' || again === 'nothing') return {}
  if (again !== 'one-job')
    throw httpError(
      'http/malformed',
      'This takes no Idempotency-Key: what is uploaded is no request that can be told from another one.',
    )
  const key = keyIn(given)
  const asked = JSON.stringify([method, splitUrl(url).path, body ?? null])
  return { requestKey: { key, digest: createHash('sha256').update(asked).digest('hex') } }
}

/** A string as structured headers have it, `"8e03978e"`, or as it is. */
function keyIn(text: string): string {
  const trimmed = text.trim()
  const key = /^"[^"\\]*"$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed
  if (key !== '' && key.length <= requestKeyLength && /^[\x21-\x7e]+$/.test(key)) return key
  throw httpError(
    'http/malformed',
    `An Idempotency-Key has 1 to ${requestKeyLength} visible ASCII characters.`,
  )
}
