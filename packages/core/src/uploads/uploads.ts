import type { AskedBy, Principal } from '../contracts/principal.js'
import type { PartialUpload } from '../contracts/uploads.js'
import { isUnsorted, unsorted } from '../drafts/unsorted.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { required } from '../options/option-checks.js'
import { createUpload } from './create-upload.js'
import { deleteUpload } from './delete-upload.js'
import { ownUpload } from './own-upload.js'
import { receiveParts } from './receive-parts.js'
import type { UploadDeps } from './upload-deps.js'
import { uploadNotFound } from './upload-errors.js'
import { type NewUploadRequest, uploadChecks, uploadInstead } from './upload-request.js'

/** How far an upload is. */
interface UploadStatus
  extends Pick<PartialUpload, 'size' | 'offset' | 'fileName' | 'role' | 'expiresAt' | 'clientMetadata'> {
  /** It is a file of its draft, or an archive that can be imported. */
  readonly isComplete: boolean
}

/**
 * A file that comes in parts. Any process may go on with it; the store is the truth. Each method asks the access policy
 * about the principal that it was created or found for, and throws `upload-not-found` once it is gone.
 */
export interface ResumableUpload {
  readonly id: string
  status(): Promise<UploadStatus>
  /**
   * Adds bytes behind those that are there, in parts of at most `uploadDefaults.partBytes`; what another call was
   * adding is refused from now on. If the source ends or fails, what has come until then stays; its error is thrown.
   * Throws `upload-offset` if `offset` is not how far the upload is (of its facts `offset` says it), `upload-limit` for
   * bytes beyond its size, `lease-lost` if another call has gone on with it, `expired`, and `uploads-closed` if it is
   * complete or its draft has begun or ended.
   */
  append(bytes: AsyncIterable<Uint8Array>, from: { readonly offset: number }): Promise<UploadStatus>
  /** Removes it with its bytes; of a draft, also a complete one. An archive that was imported stays. */
  delete(): Promise<void>
}

export interface ResumableUploads {
  /**
   * Throws `upload-limit` for a file larger than its role or an archive may be, `too-many-uploads`, `options-invalid`
   * for a role or metadata that the format does not know, `uploads-closed` if the draft has begun or ended,
   * `resource-not-found`, `forbidden`.
   */
  createUpload(request: NewUploadRequest): Promise<ResumableUpload>
  /** Of any process. Throws `upload-not-found`, also for one of another principal. */
  upload(id: string, by: AskedBy): Promise<ResumableUpload>
}

export function createUploads(deps: UploadDeps): ResumableUploads {
  return {
    createUpload: async (given) => {
      const request = checkOptions('createUpload()', given, uploadChecks, uploadInstead)
      const { id } = await createUpload(deps, request)
      const upload = uploadHandle(deps, id, request.principal)
      // What has no bytes is complete when it is there.
      if (request.size === 0) await upload.append(nothing(), { offset: 0 })
      return upload
    },
    upload: async (given, by) => {
      const id = checkArgument('upload()', 'the id of the upload', given, check.text)
      const { principal } = checkOptions('upload()', by, { principal: required(check.principal) })
      await ownUpload(deps, id, principal)
      return uploadHandle(deps, id, principal)
    },
  }
}

function uploadHandle(deps: UploadDeps, id: string, principal: Principal): ResumableUpload {
  const own = () => ownUpload(deps, id, principal)
  return {
    id,
    status: async () => statusOf(await stillThere(deps, await own())),
    append: async (bytes, from) => {
      const { offset } = checkOptions('append()', from, {
        offset: required(check.wholeNumber(0, Number.MAX_SAFE_INTEGER)),
      })
      return statusOf(await receiveParts(deps, await own(), { bytes, offset }))
    },
    delete: async () => deleteUpload(deps, await own()),
  }
}

/** Throws `upload-not-found` for what was a file of its draft and was removed or replaced. */
async function stillThere({ store }: UploadDeps, upload: PartialUpload): Promise<PartialUpload> {
  if (upload.role === undefined || !upload.finishedAt) return upload
  const job = await store.jobs.get(upload.job)
  if (job?.request.input?.uploads.some(({ id }) => id === upload.id)) return upload
  throw uploadNotFound(upload.id)
}

function statusOf(upload: PartialUpload): UploadStatus {
  const { size, offset, fileName, role, clientMetadata, expiresAt, finishedAt } = upload
  return {
    size,
    offset,
    fileName,
    ...(role !== undefined && { role: isUnsorted({ role }) ? unsorted : role }),
    ...(clientMetadata !== undefined && { clientMetadata }),
    expiresAt,
    isComplete: role === undefined ? offset === size : finishedAt !== undefined,
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
