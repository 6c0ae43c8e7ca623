import type { Finding } from './finding.js'
import type { FollowUpRequests } from './follow-up-request.js'
import type { ResourceRef } from './resource.js'
import type { Upload } from './upload.js'

/** Which pieces of an input are imported; both absent: all. */
export interface ChosenInput {
  /** Names of the pieces to import, each of which the input has. */
  readonly only?: readonly string[]
  /** Names of pieces to leave out. */
  readonly without?: readonly string[]
}

export interface JobInput extends ChosenInput {
  /** `archive`, or the name of a registered format. */
  readonly format: string
  readonly uploads: readonly Upload[]
  /** Of a validation: required roles that have no upload yet. */
  readonly missing?: readonly string[]
  readonly sorting?: Sorting
  /** Of a draft that has run, and whose files are kept for another one: those that were unsorted. */
  readonly unsorted?: readonly Upload[]
}

/** Of the last sort of unsorted files; gone when an upload changes. */
export interface Sorting {
  /** Digest of the uploads that it was made of: all that it has not made. */
  readonly of: string
  /** What it had to choose, and what it has not found. */
  readonly findings: readonly Finding[]
}

/** What an export is to make: the output `archive`, or one of a pack. */
export interface JobOutput {
  readonly name: string
  /** As the output's schema has parsed them. */
  readonly options?: unknown
}

/** A file to be delivered. */
export interface JobDelivery {
  /** Name of the target. */
  readonly target: string
  /** `archive`, or the name of a pack's output. */
  readonly output: string
  /** As the target's schema has parsed it. */
  readonly destination: unknown
  /** The same for each request to deliver this output of this job to this destination. */
  readonly key: string
}

/** The request, validated; plain JSON. */
export interface JobRequest extends FollowUpRequests {
  /** By piece name. */
  readonly options: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly description?: string
  /** `name` was generated: `ShellLifecycle.create` numbers it if it is taken. */
  readonly numberName?: true
  readonly input?: JobInput
  /** The files of `input` stay when the job has ended; `failed`: for another draft, if it has run and not succeeded. */
  readonly keepUploads?: true | 'failed'
  /** Parent of the target, unless that is a root. */
  readonly into?: ResourceRef
  /** Those of the source's descendants that go along. Absent: all. */
  readonly children?: readonly ResourceRef[]
  /** Names of pieces to leave out. */
  readonly without?: readonly string[]
  /** An export lets edits go on: it has no claim. */
  readonly claim?: false
  /** What an export makes. Absent: the archive. */
  readonly outputs?: readonly JobOutput[]
  /** What is delivered when all outputs are finished: the last batch has a node for each. */
  readonly deliver?: readonly JobDelivery[]
  /** Of a delivery: the export whose outputs go. */
  readonly delivers?: string
}
