import type { ErrorCode } from '@piecework/core'
import type { HttpErrorCode } from './http-error.js'

/** Core's own codes: a new one must be given a status here. */
type CoreErrorCode = Exclude<ErrorCode, `${string}/${string}`>

export interface StatusOfCode {
  readonly status: number
  /** The same for all problems of the code. */
  readonly title: string
}

/** By code. */
export type Statuses = Readonly<Record<string, StatusOfCode>>

const of = (status: number, title: string): StatusOfCode => ({ status, title })

const invalid = (title: string) => of(422, title)
const hidden = of(500, 'Something failed here')

const statuses: Readonly<Record<CoreErrorCode | HttpErrorCode, StatusOfCode>> = {
  'archive-checksum': invalid('The archive is damaged'),
  'archive-encrypted': invalid('The archive is encrypted'),
  'archive-invalid': invalid('This is no archive that can be read'),
  'archive-limit': invalid('The archive holds more than is allowed'),
  'archive-newer': invalid('The archive was written by a newer version'),
  'archive-signature': invalid('The signature of the archive is not trusted'),
  'archive-unsigned': invalid('The archive has to be signed'),
  'artifact-not-found': of(404, 'There is no such file'),
  cancelled: of(409, 'It was cancelled'),
  'counts-differ': invalid('Rows are missing'),
  database: hidden,
  'delivery-address': invalid('This address may not be called'),
  'delivery-auth': invalid('The credential is refused there'),
  'delivery-denied': invalid('The credential may not do this there'),
  'delivery-full': invalid('There is not enough room'),
  'delivery-not-found': invalid('There is no such place'),
  'delivery-taken': of(409, 'It is delivered already, or about to be'),
  'delivery-unreachable': invalid('The other side does not answer'),
  expired: of(410, 'It is not kept any more'),
  forbidden: of(403, 'This is not allowed'),
  'input-incomplete': invalid('Files are missing'),
  internal: hidden,
  'job-not-found': of(404, 'There is no such job'),
  'keys-exhausted': of(409, 'No number is left for what would be made'),
  'lease-lost': of(409, 'It took too long'),
  'options-invalid': of(400, 'The request is not understood'),
  'piece-unknown': invalid('The archive holds something that is unknown here'),
  'registry-invalid': hidden,
  'request-key-used': invalid('The key belongs to another request'),
  'resource-busy': of(423, 'Something else is under way'),
  'resource-not-found': of(404, 'There is no such resource'),
  'sequence-behind': hidden,
  'snapshot-lost': of(409, 'It changed too often meanwhile'),
  'source-changed': of(409, 'It changed meanwhile'),
  storage: of(503, 'The file store is away'),
  stopped: of(503, 'This server is being stopped'),
  timeout: of(503, 'It took too long'),
  'too-many-downloads': of(429, 'Too much was downloaded in this minute'),
  'too-many-jobs': of(429, 'Too many jobs are under way'),
  'too-many-uploads': of(429, 'Too many uploads are unfinished'),
  'upload-limit': of(413, 'The file is too large'),
  'upload-not-found': of(404, 'There is no such upload'),
  'upload-offset': of(409, 'The upload goes on elsewhere'),
  'uploads-closed': of(409, 'The import has begun'),
  unsupported: of(409, 'This cannot be done in its present state'),
  'validation-failed': invalid('The input has errors'),
  'http/unauthenticated': of(401, 'Say who you are'),
  'http/method': of(405, 'There is no such method here'),
  'http/origin': of(403, 'This comes from another site'),
  'http/media-type': of(415, 'A body of this type is not taken here'),
  'http/malformed': of(400, 'The request cannot be read'),
  'http/too-large': of(413, 'The body is too large'),
  'http/path': of(414, 'The address is too long'),
  'http/headers': of(431, 'The headers are too large'),
  'http/timeout': of(408, 'The body did not come in time'),
  'http/precondition': of(412, 'The file is another one'),
  'http/range': of(416, 'There are no such bytes'),
  'http/consumed': of(500, 'The upload was read before it came here'),
  'http/stopping': of(503, 'This server is being stopped'),
  'http/busy': of(503, 'Too many requests keep files here'),
}

/** Codes of packs are about what was given, such as `marxan/…`. */
export function statusOf(code: ErrorCode): StatusOfCode {
  const known = Object.hasOwn(statuses, code) ? statuses[code as keyof typeof statuses] : undefined
  return known ?? invalid('The input has errors')
}
