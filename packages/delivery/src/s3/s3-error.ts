import { type ErrorCode, isPieceworkError, PieceworkError } from '@piecework/core'
import { retryAfterMs } from '@piecework/outbound'
import type { S3Destination } from './s3-destination.js'

/** What is read of an error of the SDK. Nothing else of it is kept: it may hold the key, the signature, the server's text. */
interface Refusal {
  readonly status: number
  readonly code: string
  readonly region: string | undefined
  readonly waitMs: number | undefined
}

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable?: boolean
}

/** What a call that failed means for the user. Errors of ours, and the reason of a signal, stay what they are. */
export function s3Error(error: unknown, destination: S3Destination, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (isPieceworkError(error)) return error
  const refusal = refusalOf(error)
  if (!refusal)
    return new PieceworkError(
      'delivery-unreachable',
      'The endpoint of S3 gave an answer that is none of S3.',
      {
        retryable: true,
        facts: { bucket: destination.bucket },
      },
    )
  const { status, code, waitMs } = refusal
  const meaning = meaningOf(refusal, destination)
  return new PieceworkError(meaning.code, meaning.message, {
    retryable: meaning.retryable ?? false,
    facts: {
      bucket: destination.bucket,
      status,
      ...(code !== '' && { s3Code: code }),
      ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    },
  })
}

/** Whether S3 has refused with one of these codes, or statuses. */
export function isRefusal(error: unknown, ...codes: readonly (string | number)[]): error is PieceworkError {
  return (
    isPieceworkError(error) &&
    codes.some((code) => error.facts.s3Code === code || error.facts.status === code)
  )
}

/** Whether something else has come to a name where nothing stood. The same call made again fails again. */
export function isRaced(error: unknown): boolean {
  return isRefusal(error, 412, 'PreconditionFailed', 'ConditionalRequestConflict')
}

function refusalOf(error: unknown): Refusal | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  const { $metadata, $response, name, Region } = error as {
    readonly $metadata: { readonly httpStatusCode?: number }
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
    readonly name?: unknown
    readonly Region?: unknown
  }
  const headers = $response?.headers ?? {}
  const region = [headers['x-amz-bucket-region'], Region].find(
    (one): one is string => typeof one === 'string' && /^[a-z0-9-]{1,40}$/.test(one),
  )
  return {
    status: $metadata.httpStatusCode ?? 0,
    code: typeof name === 'string' && /^[A-Z][A-Za-z0-9.]{1,60}$/.test(name) ? name : '',
    region,
    waitMs: retryAfterMs(headers['retry-after']),
  }
}

const codes: Readonly<Record<string, keyof typeof meanings>> = {
  InvalidAccessKeyId: 'keyUnknown',
  SignatureDoesNotMatch: 'secretWrong',
  ExpiredToken: 'tokenOver',
  InvalidToken: 'tokenOver',
  TokenRefreshRequired: 'tokenOver',
  RequestTimeTooSkewed: 'clock',
  NoSuchBucket: 'noBucket',
  AccessDenied: 'denied',
  AllAccessDisabled: 'denied',
  AccountProblem: 'denied',
  QuotaExceeded: 'full',
  InsufficientStorage: 'full',
  XMinioStorageFull: 'full',
  EntityTooLarge: 'tooLarge',
  SlowDown: 'busy',
  Throttling: 'busy',
  TooManyRequests: 'busy',
  BadDigest: 'damaged',
  IncompleteBody: 'damaged',
  RequestTimeout: 'failed',
  InternalError: 'failed',
  OperationAborted: 'failed',
  NoSuchUpload: 'failed',
  PreconditionFailed: 'raced',
  ConditionalRequestConflict: 'raced',
}

const statuses: Readonly<Record<number, keyof typeof meanings>> = {
  401: 'secretWrong',
  403: 'denied',
  404: 'noBucket',
  408: 'failed',
  412: 'raced',
  413: 'tooLarge',
  429: 'busy',
  501: 'other',
  503: 'busy',
  507: 'full',
}

function meaningOf({ status, code, region }: Refusal, destination: S3Destination): Meaning {
  const redirected = (status >= 300 && status < 400) || code === 'PermanentRedirect'
  if (redirected || (region !== undefined && code === 'AuthorizationHeaderMalformed'))
    return elsewhere(destination, region)
  const known = codes[code] ?? statuses[status] ?? (status >= 500 || status < 300 ? 'failed' : 'other')
  return meanings[known](destination.bucket, `${status}${code && ` ${code}`}`)
}

function elsewhere({ bucket, region: given }: S3Destination, region: string | undefined): Meaning {
  const where =
    region === undefined || region === given
      ? `The bucket "${bucket}" is at another endpoint or in another region than was said; redirects are not followed.`
      : `The bucket "${bucket}" is in the region "${region}".`
  return { code: 'delivery-denied', message: `${where} Name the region that it is in.` }
}

const meanings = {
  keyUnknown: () => ({
    code: 'delivery-auth',
    message:
      'S3 does not know the access key. Make sure that it still exists, and give the credential again.',
  }),
  secretWrong: () => ({
    code: 'delivery-auth',
    message: 'S3 refuses the secret of the access key. Give the credential again.',
  }),
  tokenOver: () => ({
    code: 'delivery-auth',
    message: 'The session token of the credential is over or not valid. Give a new credential.',
  }),
  clock: () => ({
    code: 'delivery-auth',
    message:
      'The clocks of this server and of S3 differ too much. Its operator has to set the clock; then deliver again.',
    retryable: true,
  }),
  noBucket: (bucket: string) => ({
    code: 'delivery-not-found',
    message: `There is no bucket "${bucket}" at this endpoint. Make it, or name another.`,
  }),
  denied: (bucket: string) => ({
    code: 'delivery-denied',
    message: `The credential may not write to this place in the bucket "${bucket}". Allow it s3:PutObject and s3:AbortMultipartUpload there.`,
  }),
  full: (bucket: string) => ({
    code: 'delivery-full',
    message: `There is not enough room in the bucket "${bucket}". Make room, then deliver again.`,
  }),
  tooLarge: (bucket: string) => ({
    code: 'delivery-full',
    message: `The server of the bucket "${bucket}" does not take a file of this size. Deliver it to another place.`,
  }),
  busy: (_bucket: string, what: string) => ({
    code: 'delivery-unreachable',
    message: `S3 has too much to do just now (${what}). It is tried again; deliver again later if it was tried often enough.`,
    retryable: true,
  }),
  damaged: (_bucket: string, what: string) => ({
    code: 'delivery-unreachable',
    message: `Bytes were damaged or lost on their way to S3 (${what}). Deliver again.`,
    retryable: true,
  }),
  failed: (_bucket: string, what: string) => ({
    code: 'delivery-unreachable',
    message: `S3 failed (${what}). Deliver again later.`,
    retryable: true,
  }),
  raced: (bucket: string) => ({
    code: 'delivery-unreachable',
    message: `Another file came to the same name in the bucket "${bucket}" while this one was sent. It is tried again.`,
    retryable: true,
  }),
  other: (bucket: string, what: string) => ({
    code: 'delivery-denied',
    message: `S3 refuses to write to the bucket "${bucket}" (${what}). Check the bucket, the region and the endpoint.`,
  }),
} as const satisfies Record<string, (bucket: string, what: string) => Meaning>
