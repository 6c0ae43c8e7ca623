import type { JobStatus } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Upload } from '../contracts/upload.js'
import type { JobHandle } from '../handle/job-handle.js'
import type { RequestBase } from '../requests/requests.js'
import type { UploadSource } from '../requests/uploads.js'
import type { ValidationResults } from './validation-results.js'

/** An import whose files are uploaded one after the other. */
export interface DraftRequest {
  readonly principal: Principal
  /** A registered format. */
  readonly format: string
  readonly name: string
  readonly description?: string
  /** Parent of what is made, where it is not a root. */
  readonly into?: ResourceRef
  /** Leaves the uploads in the artifact store when the import has ended, until the resource is deleted. */
  readonly keepUploads?: true
}

/** How far a prepared import is. */
export interface DraftStatus {
  /** `draft` until it is asked to run; then that of the import. */
  readonly status: JobStatus
  /** None once they are deleted. */
  readonly uploads: readonly Upload[]
  /** Required roles that have no upload. */
  readonly missing: readonly string[]
}

export type PieceOptions = Pick<RequestBase, 'options' | 'priority'>

/** A hidden resource and what is to fill it. Any process may hold one; the job store is the truth. */
export interface ImportDraft {
  /** Of the import. */
  readonly job: string
  /** The shell; what is below it comes after it in `resources`. */
  readonly resource: ResourceRef
  readonly resources: readonly ResourceRef[]
  status(): Promise<DraftStatus>
  /**
   * Streams a file into the artifact store; one of the same role is replaced. Throws `uploads-closed` once the import runs,
   * `upload-limit`, `options-invalid`.
   */
  upload(role: string, source: UploadSource): Promise<Upload>
  /** False where there is no such upload. Throws `uploads-closed` once the import runs. */
  removeUpload(id: string): Promise<boolean>
  /** Runs the validators over what is uploaded, as often as one likes. Throws `input-incomplete` naming all missing roles. */
  validate(options?: PieceOptions): Promise<JobHandle>
  /** Begins the import. Throws `input-incomplete` naming all missing roles, and `uploads-closed` where it has begun already. */
  run(options?: PieceOptions): Promise<JobHandle>
  /** What the latest validation has found so far, on its own or as part of the import. */
  validationResults(): Promise<ValidationResults>
  /** Stops what runs and removes the resource with all that is in it and all uploads. Throws `unsupported` after a success. */
  delete(signal?: AbortSignal): Promise<void>
}

export interface ImportDrafts {
  createDraft(request: DraftRequest): Promise<ImportDraft>
  /** Of the resource that an import of uploads makes or has made. Throws `resource-not-found`. */
  draft(resource: ResourceRef): Promise<ImportDraft>
}
