import type { ResourceRef } from './resource.js'

export interface ArchiveRef {
  /** Key in the artifact store. */
  readonly artifact: string
  readonly size: number
  /** sha256 of the manifest's bytes, hex: equal content, equal digest. */
  readonly digest: string
  /** Of all bytes, hex: another archive of equal content has another one. */
  readonly sha256: string
}

/** Bytes in the artifact store that are kept for a time. */
export interface Kept {
  /** Key in the artifact store. */
  readonly artifact: string
  readonly size: number
  /** Of all bytes, hex. */
  readonly sha256: string
  /** From then on its bytes are not given out any more. */
  readonly expiresAt: Date
  /** Its bytes are gone since then. */
  readonly deletedAt?: Date
}

export interface KeptArchive extends ArchiveRef, Kept {}

/** What an output of a pack has made. */
export interface KeptOutput extends Kept {
  /** The output's. */
  readonly name: string
  readonly mediaType: string
  /** For people; every disk takes it. */
  readonly fileName: string
}

/** A delivery that has succeeded. */
export interface Delivered {
  readonly target: string
  readonly output: string
  readonly key: string
  readonly deliveredAt: Date
  /** Where the file is now, as the target says it. */
  readonly location?: string
}

export interface JobResult {
  /** What an export made. */
  readonly archive?: KeptArchive
  /** What the outputs of packs made of an export; by name. */
  readonly outputs?: readonly KeptOutput[]
  /** What has been delivered; by key. */
  readonly deliveries?: readonly Delivered[]
  /** What an import or clone made. */
  readonly resource?: ResourceRef
  /** Of a job that has succeeded: how many warnings are listed. Absent: none. */
  readonly warnings?: number
  /** A failed or cancelled job keeps until then what a retry begins with: uploads, staged entries. */
  readonly retryUntil?: Date
}
