import type { FollowUpRequests } from '../contracts/follow-up-request.js'
import type { RequestKey } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { followUpChecks } from '../follow-ups/requested-follow-ups.js'
import { check } from '../options/check.js'
import { objectCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { recipientCheck } from '../record/recipient-check.js'
import { requestKeyCheck } from './request-key.js'

export interface RequestBase extends FollowUpRequests {
  readonly principal: Principal
  /** Whole number; of what waits, higher comes first. Default 0. */
  readonly priority?: number
  /** For whom it is, for the record of requests: a name or an address, no URL. */
  readonly recipient?: string
  /** The same request again, with the same key, gives the job that it has made. Throws `request-key-used` if it is another one. */
  readonly requestKey?: RequestKey
  /** By piece name. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** What goes along of a resource. */
export interface SourceRequest extends RequestBase {
  readonly resource: ResourceRef
  /** Those of the descendants that go along. Absent: all. */
  readonly children?: readonly ResourceRef[]
  /** Names of pieces to leave out. */
  readonly without?: readonly string[]
}

export interface OutputRequest {
  /** `archive`, or the name that a pack has given it. */
  readonly name: string
  readonly options?: unknown
}

export interface DeliverRequest {
  /** Name of one of the `targets`. */
  readonly target: string
  /** Absent: the archive, or else the only output that is made. */
  readonly output?: string
  /** As the target's schema takes it. */
  readonly destination?: unknown
}

export interface ExportRequest extends SourceRequest {
  /** What is made. If the archive is not, only pieces that the others read are exported. Absent: the archive. */
  readonly outputs?: readonly OutputRequest[]
  /** Where it goes when all of it is finished. */
  readonly deliver?: readonly DeliverRequest[]
  /**
   * `false`: edits and other claims go on meanwhile, and the archive is of one moment of them. Throws `unsupported`
   * where the store cannot read at one moment. Default: they are refused until all is read.
   */
  readonly claim?: boolean
  /** Ends what outputs and targets are asked before there is a job. What ends a job is `cancel`. */
  readonly signal?: AbortSignal
}

export interface CloneRequest extends SourceRequest {
  /** Absent: the source's name with " - copy", and a number where that is taken. */
  readonly name?: string
}

export const requestChecks: OptionChecks<RequestBase> = {
  principal: required(check.principal),
  priority: check.integer,
  recipient: recipientCheck,
  requestKey: requestKeyCheck,
  options: check.json,
  ...followUpChecks,
}

export const sourceChecks: OptionChecks<SourceRequest> = {
  ...requestChecks,
  resource: required(check.resource),
  children: check.list(check.resource),
  without: check.list(check.text),
}

export const deliverCheck = check.list(
  objectCheck<DeliverRequest>({
    target: required(check.text),
    output: check.text,
    destination: check.anything,
  }),
)

export const exportChecks: OptionChecks<ExportRequest> = {
  ...sourceChecks,
  outputs: check.list(objectCheck<OutputRequest>({ name: required(check.text), options: check.anything })),
  deliver: deliverCheck,
  claim: check.flag,
  signal: check.signal,
}

export const cloneChecks: OptionChecks<CloneRequest> = { ...sourceChecks, name: check.text }

/** What people expect of every request, and what there is. */
export const requestInstead = {
  dryRun: 'to check an import without importing, call validate()',
  user: 'the one who asks is the principal: { principal: { id } }',
  userId: 'the one who asks is the principal: { principal: { id } }',
  owner: 'the one who asks is the principal: { principal: { id } }',
  tx: 'to commit with a transaction, call using(tx) and ask its result',
  trx: 'to commit with a transaction, call using(tx) and ask its result',
  transaction: 'to commit with a transaction, call using(tx) and ask its result',
  followUps: 'what follows the end is onSuccess, onFailure and onCancel',
  callback: 'what follows the end is onSuccess, onFailure and onCancel',
  signal: 'to stop a job, call cancel() of its handle',
  timeoutMs: 'the longest time of jobs is jobTimeoutMs of createPiecework()',
} as const

export const exportInstead = {
  ...requestInstead,
  project: 'what goes is the resource: { resource: { kind, id } }',
  pieces: 'name the pieces to leave out in "without"',
  exclude: 'name the pieces to leave out in "without"',
  only: 'name the pieces to leave out in "without"',
} as const
