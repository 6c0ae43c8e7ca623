import { type ErrorCode, PieceworkError } from '@piecework/core'
import { httpsUrl } from '@piecework/outbound'

/** Where a webhook goes; a user may have chosen it. */
export interface Endpoint {
  /** https. */
  readonly url: string
  /** `whsec_` and base64, the newest first: each of them signs, so that one can take the place of another. */
  readonly secrets: readonly string[]
}

/** Its URL. Throws `code`; the message names neither the URL, which may hold a token, nor a secret. */
export function assertEndpoint({ url: given, secrets }: Endpoint, code: ErrorCode): URL {
  const url = httpsUrl(given)
  const refuse = (why: string) => new PieceworkError(code, `The endpoint of a webhook ${why}.`)
  if (typeof url === 'string') throw refuse(url)
  const isSecret = (secret: unknown) =>
    typeof secret === 'string' && /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)
  if (!Array.isArray(secrets) || secrets.length === 0 || !secrets.every(isSecret))
    throw refuse('needs secrets of the form whsec_ and base64')
  return url
}
