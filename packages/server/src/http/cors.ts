import { preflightSeconds } from '../defaults.js'
import type { HttpRequest } from './http-request.js'
import type { HttpResponse } from './http-response.js'
import type { OriginRules } from './origin.js'

/** What scripts of other origins may read beside what all may. */
const exposed = [
  'accept-ranges',
  'content-disposition',
  'content-range',
  'etag',
  'location',
  'preference-applied',
  'retry-after',
  'tus-extension',
  'tus-resumable',
  'tus-version',
  'upload-expires',
  'upload-length',
  'upload-metadata',
  'upload-offset',
]
const requestHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'if-range',
  'last-event-id',
  'prefer',
  'range',
  'tus-resumable',
  'upload-length',
  'upload-metadata',
  'upload-offset',
]

/** None at all unless other origins are allowed. */
export function corsHeaders(
  { headers }: Pick<HttpRequest, 'headers'>,
  { allowedOrigins }: OriginRules,
): Readonly<Record<string, string>> {
  if (allowedOrigins.length === 0) return {}
  const origin = headers.get('origin')
  if (origin === undefined || !allowedOrigins.includes(origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposed.join(', '),
  }
}

/** To what a browser asks before a request of another origin, and to OPTIONS. */
export function optionsResponse(
  { headers }: Pick<HttpRequest, 'headers'>,
  allow: string,
  { allowedOrigins }: OriginRules,
): HttpResponse {
  const isPreflight =
    headers.has('access-control-request-method') && allowedOrigins.includes(headers.get('origin') ?? '')
  return {
    status: 204,
    headers: {
      allow,
      ...(isPreflight && {
        'access-control-allow-methods': allow,
        'access-control-allow-headers': requestHeaders.join(', '),
        'access-control-max-age': String(preflightSeconds),
      }),
    },
  }
}
