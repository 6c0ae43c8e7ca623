import { httpError } from '../problems/http-error.js'
import type { HttpRequest } from './http-request.js'

export interface OriginRules {
  readonly publicOrigin: string
  readonly allowedOrigins: readonly string[]
}

/**
 * Whether a request that changes something may come from where it comes from: a browser says so by `Sec-Fetch-Site`,
 * an older one by `Origin`. What has a cookie and says nothing may be a form of another site. Throws `http/origin`.
 */
export function checkOrigin({ headers }: Pick<HttpRequest, 'headers'>, rules: OriginRules): void {
  const origin = headers.get('origin')
  if (origin !== undefined && rules.allowedOrigins.includes(origin)) return
  const site = headers.get('sec-fetch-site')
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return
    throw refusal(`The browser says that this comes from another site (${site.slice(0, 40)}).`)
  }
  if (origin !== undefined) {
    if (origin === rules.publicOrigin) return
    throw refusal('This comes from a page of another origin.')
  }
  if (headers.has('cookie'))
    throw refusal('This has a cookie, but says neither by Sec-Fetch-Site nor by Origin where it comes from.')
}

function refusal(message: string): Error {
  return httpError('http/origin', message)
}
