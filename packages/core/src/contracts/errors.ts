import type { Finding } from './finding.js'

/** Core's own codes. Plugins use `pack/code`. */
export type CoreErrorCode =
  | 'archive-checksum' // bytes differ from what the manifest says
  | 'archive-encrypted'
  | 'archive-invalid' // broken, truncated, or not a Piecework archive
  | 'archive-limit' // larger than the limits allow
  | 'archive-newer' // written by a later format or a later version of a piece
  | 'archive-signature' // signed by no key that this host trusts, or altered since
  | 'archive-unsigned' // not signed, which this host requires
  | 'artifact-not-found'
  | 'cancelled'
  | 'counts-differ' // rows read are not rows written plus rows skipped
  | 'database' // the database refused; its message is in `cause`
  | 'delivery-address' // where a user wants it is no address that may be called
  | 'delivery-auth' // the other side refuses the credential
  | 'delivery-denied' // the credential may not do it
  | 'delivery-full' // there is not enough room
  | 'delivery-not-found' // the place is not there
  | 'delivery-taken' // another job makes this delivery, or has made it
  | 'delivery-unreachable' // the other side gives no answer, or none of use
  | 'expired' // it was kept for a time, which is over
  | 'forbidden'
  | 'input-incomplete' // a file that the format requires was not given
  | 'internal'
  | 'job-not-found'
  | 'keys-exhausted' // a sequence, or the column that it fills, has no number left
  | 'lease-lost' // another worker has taken the attempt over
  | 'options-invalid'
  | 'piece-unknown'
  | 'registry-invalid'
  | 'request-key-used' // another request of the same principal had this key
  | 'resource-busy'
  | 'resource-not-found'
  | 'sequence-behind' // a sequence gives a number that a row has already
  | 'snapshot-lost' // the moment at which an export reads was lost too often, or became too old
  | 'source-changed' // what is cloned was changed meanwhile; another clone may succeed
  | 'storage' // the artifact store failed or is full; its own error is in `cause`
  | 'stopped' // this Piecework was stopped meanwhile
  | 'timeout' // a time limit of a piece or of a job was over
  | 'too-many-downloads' // the principal has had in this minute what it may
  | 'too-many-jobs' // the principal has as many under way as it may
  | 'too-many-uploads' // the principal has as many unfinished, or as large ones, as it may
  | 'upload-limit' // a file is larger than its role allows, or than it was said to be
  | 'upload-not-found'
  | 'upload-offset' // a part begins where the upload does not go on
  | 'uploads-closed' // the import has begun or ended; its files stay as they are
  | 'unsupported' // this store or database cannot do this
  | 'validation-failed'

export type ErrorCode = CoreErrorCode | `${string}/${string}`

export interface ErrorDetails {
  readonly cause?: unknown
  /** What was found wrong, when there is more than one thing. */
  readonly findings?: readonly Finding[]
  /** Facts for programs: ids, names, limits. Never a secret. */
  readonly facts?: Readonly<Record<string, unknown>>
  /** Whether doing the same again may succeed. Default false. */
  readonly retryable?: boolean
}

const brand = Symbol.for('piecework.error')

/** The only error class: a stable code for programs, a sentence for people. */
export class PieceworkError extends Error {
  readonly code: ErrorCode
  readonly findings: readonly Finding[]
  readonly facts: Readonly<Record<string, unknown>>
  readonly retryable: boolean
  readonly [brand] = true

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'PieceworkError'
    this.code = code
    this.findings = details.findings ?? []
    this.facts = details.facts ?? {}
    this.retryable = details.retryable ?? false
  }
}

/** True for a PieceworkError of any copy of this package, of the given code if there is one. */
export function isPieceworkError(error: unknown, code?: ErrorCode): error is PieceworkError {
  return (
    typeof error === 'object' &&
    error !== null &&
    brand in error &&
    (code === undefined || (error as PieceworkError).code === code)
  )
}

/** What went wrong, for people and programs; never a secret or a stack. */
export interface JobError {
  readonly code: ErrorCode
  readonly message: string
  readonly node?: string
  /** Whether a new job of the same request may succeed. */
  readonly retryable: boolean
}
