import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { UploadQuota } from '../contracts/uploads.js'
import { defaults, uploadDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { objectCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'

interface UploadBase {
  readonly principal: Principal
  /** Of all of it, in bytes. */
  readonly size: number
  /** As the user knows it; for findings. */
  readonly fileName?: string
  /** What the client has said of the file, as it came; `status()` has it again. */
  readonly clientMetadata?: string
}

/** A file that is to come in parts: of an import draft, or an archive. */
export type NewUploadRequest =
  | (UploadBase & {
      /** What the draft fills. */
      readonly draft: ResourceRef
      readonly role: string
      readonly metadata?: Readonly<Record<string, unknown>>
    })
  | (UploadBase & {
      readonly archive: true
      /** Parent of what its import will make, unless that is a root. */
      readonly into?: ResourceRef
    })

export const uploadChecks: OptionChecks<NewUploadRequest> = {
  principal: required(check.principal),
  size: required(check.wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  fileName: check.shortText(uploadDefaults.nameCharacters),
  clientMetadata: check.shortText(uploadDefaults.clientMetadataCharacters),
  draft: check.resource,
  role: check.text,
  metadata: check.json,
  archive: check.isTrue,
  into: check.resource,
}

export const uploadInstead = {
  resource: 'what a draft fills is "draft"',
  length: 'the length of the file is "size"',
  job: 'a file is one of a draft, { draft, role }, or an archive, { archive: true }',
} as const

export interface UploadOptions {
  /** How long an upload waits for its next part, in ms; then it is removed. Default: that of `defaults`. */
  readonly uploadTtlMs?: number
  /** What one principal may have unfinished; more is refused with `too-many-uploads`. Default: `uploadDefaults.quota`. */
  readonly uploadQuota?: Partial<UploadQuota>
}

export const uploadOptionChecks: OptionChecks<UploadOptions> = {
  uploadTtlMs: check.count,
  uploadQuota: objectCheck<Partial<UploadQuota>>({ uploads: check.count, bytes: check.size }),
}

export interface UploadSettings {
  readonly ttlMs: number
  readonly quota: UploadQuota
}

export function uploadSettings({
  uploadTtlMs = defaults.uploadTtlMs,
  uploadQuota,
}: UploadOptions): UploadSettings {
  return { ttlMs: uploadTtlMs, quota: { ...uploadDefaults.quota, ...uploadQuota } }
}
