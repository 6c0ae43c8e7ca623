import type { Principal } from './principal.js'
import type { ResourceRef } from './resource.js'
import type { Upload, UploadPart } from './upload.js'

/** A file that comes in parts, by any number of requests to any processes. */
export interface PartialUpload {
  readonly id: string
  readonly principal: Principal
  /** Job whose file it will be: a draft, or the import of the archive, which is not requested yet. */
  readonly job: string
  /** In the draft. Absent: an archive. */
  readonly role?: string
  /** Parent of what the archive's import makes, unless that is a root. */
  readonly into?: ResourceRef
  readonly fileName: string
  /** For the draft's format. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** What the client has said of the file, as it came: it is given back, and not read. */
  readonly clientMetadata?: string
  /** Of all of it, in bytes. */
  readonly size: number
  /** Of the parts that are there, together: in bytes. */
  readonly offset: number
  /** How many there are. */
  readonly parts: number
  readonly createdAt: Date
  /** Later with each part. */
  readonly expiresAt: Date
  /** When it became a file of its job. */
  readonly finishedAt?: Date
}

/** What one principal may have unfinished. */
export interface UploadQuota {
  readonly uploads: number
  /** Of their sizes. */
  readonly bytes: number
}

export type NewPartialUpload = Omit<
  PartialUpload,
  'offset' | 'parts' | 'createdAt' | 'expiresAt' | 'finishedAt'
> & {
  /** How long it waits for its next part, in ms. */
  readonly ttlMs: number
  readonly quota: UploadQuota
}

/** The right to add parts, until another caller acquires it. */
export interface UploadLease {
  readonly upload: PartialUpload
  /** Higher than that of any lease before. */
  readonly fence: number
}

export interface NewUploadPart {
  /** In bytes. */
  readonly size: number
  /** As when the upload was made. */
  readonly ttlMs: number
  /** What the upload becomes with its last part: a file of its draft, in place of the one of the same role. */
  readonly file?: Upload
}

export interface AddedPart {
  readonly upload: PartialUpload
  /** The file of the same role that was in the draft. */
  readonly replaced?: Upload
}

/**
 * Files on their way. The rows say which parts there are; their bytes are in the artifact store. Each method is one
 * atomic step.
 */
export interface Uploads {
  /** Those of drafts that have begun or ended are not counted; `too-many-uploads` states how many there are and how large; `uploads-closed` if its job is no draft any more. */
  create(upload: NewPartialUpload): Promise<PartialUpload>
  get(id: string): Promise<PartialUpload | undefined>
  /** In their order. */
  parts(id: string): Promise<readonly UploadPart[]>
  /**
   * What another caller adds from now on is refused. Throws `upload-not-found`, `expired` and, if it is finished,
   * `uploads-closed`.
   */
  acquire(id: string): Promise<UploadLease>
  /**
   * Adds a part behind the others. Throws `lease-lost` if another caller has acquired the upload, `upload-not-found`,
   * `upload-limit` for more bytes than it has, and `uploads-closed` if its job is no draft any more.
   */
  add(lease: Pick<UploadLease, 'fence'> & { readonly id: string }, part: NewUploadPart): Promise<AddedPart>
  /** Whether there is one of this job. */
  hasJob(job: string): Promise<boolean>
  /** Up to `limit` whose time is over. What others add to them from now on is refused. */
  expired(limit: number): Promise<readonly PartialUpload[]>
  /**
   * Forgets one that is not finished; nothing takes or adds its parts from now on. Throws `upload-not-found` and, if it
   * is finished, `uploads-closed`.
   */
  discard(id: string): Promise<void>
  /** Forgets it. Nothing there is no error. */
  remove(id: string): Promise<void>
}
