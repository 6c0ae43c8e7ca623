import type { Finding } from '../contracts/finding.js'
import type { FollowUpRequests } from '../contracts/follow-up-request.js'
import type { ChosenInput } from '../contracts/job-request.js'
import type { JobStatus, RequestKey } from '../contracts/jobs.js'
import type { AskedBy, Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { UnitMap } from '../contracts/unit-map.js'
import type { Upload, UploadSource } from '../contracts/upload.js'
import { followUpChecks } from '../follow-ups/requested-follow-ups.js'
import type { JobHandle } from '../handle/job-handle.js'
import { check } from '../options/check.js'
import { type Check, type OptionChecks, required } from '../options/option-checks.js'
import { chosenInputChecks } from '../requests/choose-nodes.js'
import { type RequestBase, requestChecks } from '../requests/export-request.js'
import type { ValidationResults } from './validation-results.js'

/** An import whose files are uploaded one after the other. */
export interface DraftRequest extends FollowUpRequests {
  readonly principal: Principal
  /** A registered format. */
  readonly format: string
  readonly name: string
  readonly description?: string
  /** Parent of what is made, unless that is a root. */
  readonly into?: ResourceRef
  /**
   * Leaves the uploads in the artifact store when the import has ended, until the resource is deleted. `failed`: when it
   * has run and not succeeded, for `retryTtlMs` or, if that is longer, `draftTtlMs`; then `repeatDraft()` goes on with them.
   */
  readonly keepUploads?: true | 'failed'
  /** As of other requests. */
  readonly requestKey?: RequestKey
}

const keepUploadsCheck: Check<true | 'failed'> = (value, place) =>
  value === 'failed' ? value : check.isTrue(value, place)

export const draftChecks: OptionChecks<DraftRequest> = {
  principal: requestChecks.principal,
  format: required(check.text),
  name: required(check.text),
  description: check.string,
  into: check.resource,
  keepUploads: keepUploadsCheck,
  requestKey: requestChecks.requestKey,
  ...followUpChecks,
}

export const draftInstead = {
  uploads: 'files come one by one, by upload() of the draft',
  archive: 'an archive is imported at once, by import()',
  options: 'options of pieces go to run() of the draft',
  priority: 'the priority goes to run() of the draft',
  parent: 'what the import goes into is "into"',
} as const

export interface RepeatRequest extends Pick<DraftRequest, 'principal' | 'requestKey'> {
  /** Ends the copying. */
  readonly signal?: AbortSignal
}

export const repeatChecks: OptionChecks<RepeatRequest> = {
  principal: requestChecks.principal,
  requestKey: requestChecks.requestKey,
  signal: check.signal,
}

/** How far a draft is. */
export interface DraftStatus {
  /** `draft` until it is run; then that of the import. */
  readonly status: JobStatus
  /** None once they are deleted. */
  readonly uploads: readonly Upload[]
  /** Required roles that have no upload. */
  readonly missing: readonly string[]
  /**
   * If nothing changes until then, it is cancelled, and its uploads are removed; of one that has run and not succeeded, until
   * when `repeatDraft()` may be called. Absent: neither.
   */
  readonly keptUntil?: Date
}

/** What became of unsorted files. */
export interface SortedDraft {
  /** Which file, by its path in the folder, became what. */
  readonly files: readonly { readonly role: string; readonly path: string }[]
  /** Required roles that no file has. */
  readonly missing: readonly string[]
  readonly findings: readonly Finding[]
}

export interface PieceOptions extends Pick<RequestBase, 'options' | 'priority' | 'requestKey'>, ChosenInput {
  /** Of the request, such as its sort, until there is a job; that goes on. */
  readonly signal?: AbortSignal
}

export const pieceOptionChecks: OptionChecks<PieceOptions> = {
  options: requestChecks.options,
  priority: requestChecks.priority,
  requestKey: requestChecks.requestKey,
  ...chosenInputChecks,
  signal: check.signal,
}

export interface ValidateOptions extends PieceOptions {
  /** Also while required roles have no upload, where the format can (`Format.partial`): what is there is looked at. */
  readonly partial?: true
}

export const validateOptionChecks: OptionChecks<ValidateOptions> = {
  ...pieceOptionChecks,
  partial: check.isTrue,
}

/**
 * A hidden resource and what is to fill it. Any process may hold one; the job store is the truth. The access
 * policy is asked by each method, about the principal that it was made or found for.
 */
export interface ImportDraft {
  /** Of the import. */
  readonly job: string
  /** The shell; what is below it comes after it in `resources`. */
  readonly resource: ResourceRef
  readonly resources: readonly ResourceRef[]
  status(): Promise<DraftStatus>
  /**
   * Streams a file into the artifact store; one of the same role is replaced. Throws `uploads-closed` once
   * the import runs, `upload-limit`, `options-invalid`.
   */
  upload(role: string, source: UploadSource): Promise<Upload>
  /** False if there is no such upload. Throws `uploads-closed` once the import runs. */
  removeUpload(id: string): Promise<boolean>
  /**
   * Finds the roles of files that were uploaded as `unsorted`, as people have them in a folder: each by its path there
   * (`fileName`), or all as one zip. Uploads of their roles are made of them, in place of those of an earlier sort. They stay until the run: `validate` and `run` sort again if anything has changed. Throws what the
   * format says of a folder that it cannot read, `resource-busy` if an upload came meanwhile.
   */
  sort(signal?: AbortSignal): Promise<SortedDraft>
  /**
   * Runs the validators over what is uploaded, any number of times. Throws `input-incomplete` naming all
   * missing roles, unless it may be `partial`.
   */
  validate(options?: ValidateOptions): Promise<JobHandle>
  /**
   * Begins the import. Throws `input-incomplete` naming all missing roles, and `uploads-closed` if it has
   * begun already.
   */
  run(options?: PieceOptions): Promise<JobHandle>
  /** Of what is uploaded. Throws `unsupported` if its format has none, and what the format says of files that cannot be read. */
  unitMap(signal?: AbortSignal): Promise<UnitMap>
  /** What the latest validation has found so far, on its own or as part of the import. */
  validationResults(): Promise<ValidationResults>
  /**
   * Stops what runs and removes the resource with all that is in it and all uploads. Throws `unsupported`
   * after a success.
   */
  delete(signal?: AbortSignal): Promise<void>
}

export interface ImportDrafts {
  createDraft(request: DraftRequest): Promise<ImportDraft>
  /**
   * Of the resource that an import of uploads makes or has made, for this principal. Throws
   * `resource-not-found`, `forbidden`.
   */
  draft(resource: ResourceRef, by: AskedBy): Promise<ImportDraft>
  /**
   * Another draft, with copies of the files of one that has run and not succeeded (`keepUploads`): each can be replaced.
   * Throws `unsupported` for any other, `expired` where they are not kept, `resource-not-found`, `forbidden`.
   */
  repeatDraft(resource: ResourceRef, request: RepeatRequest): Promise<ImportDraft>
}
