import { PieceworkError } from '@piecework/core'

/** Codes of what HTTP alone can get wrong. */
export type HttpErrorCode =
  | 'http/unauthenticated' // `principal` knows no one
  | 'http/method' // the path has no such method
  | 'http/origin' // a browser sends it from a page of another origin
  | 'http/media-type' // the body is of a type that is not taken here
  | 'http/malformed' // a body or a path that cannot be read
  | 'http/too-large' // larger than the limit, as its length says or as it came
  | 'http/path' // the path is longer than the limit
  | 'http/headers' // more headers than the limit
  | 'http/timeout' // the body did not come in time
  | 'http/precondition' // If-Match or If-Unmodified-Since does not hold
  | 'http/range' // no byte of it is inside the file
  | 'http/consumed' // the host's own body parser has read the upload
  | 'http/stopping' // this process ends its streams
  | 'http/busy' // as many requests keep files here as may

interface HttpErrorDetails {
  readonly facts?: Readonly<Record<string, unknown>>
  /** Of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

const headersOf = new WeakMap<object, Readonly<Record<string, string>>>()

export function httpError(
  code: HttpErrorCode,
  message: string,
  { headers, facts, cause }: HttpErrorDetails = {},
): PieceworkError {
  const error = new PieceworkError(code, message, { ...(facts && { facts }), cause })
  if (headers) headersOf.set(error, headers)
  return error
}

/** Headers that belong to the answer about this error. */
export function errorHeaders(error: object): Readonly<Record<string, string>> {
  return headersOf.get(error) ?? {}
}
