export type { ArchiveSummary, Verification } from './archive/inspect.js'
export { fileArtifacts } from './artifacts/file-artifacts.js'
export { memoryArtifacts } from './artifacts/memory-artifacts.js'
export { tokens } from './container.js'
export type { AccessPolicy } from './contracts/access.js'
export type { ArtifactStore } from './contracts/artifacts.js'
export type { Database, Queryable, Transaction } from './contracts/database.js'
export { type ErrorCode, isPieceworkError, PieceworkError } from './contracts/errors.js'
export type { Finding } from './contracts/finding.js'
export type { FollowUp, FollowUpContext } from './contracts/follow-up.js'
export type { FollowUpList, FollowUpRequest, FollowUpRequests } from './contracts/follow-up-request.js'
export type { FollowUpResult } from './contracts/follow-up-result.js'
export type {
  ArchiveRef,
  Job,
  JobError,
  JobFilter,
  JobNode,
  JobResult,
  JobStatus,
  KeptOutput,
} from './contracts/jobs.js'
export type { Pack } from './contracts/pack.js'
export type { Principal } from './contracts/principal.js'
export type { RecordEntry, RecordOutcome } from './contracts/records.js'
export type { ResourceKind, ResourceRef } from './contracts/resource.js'
export type { SessionContext, SessionHook } from './contracts/session.js'
export type {
  DeliverContext,
  DeliveredFile,
  DeliveryReceipt,
  DeliveryState,
  Target,
} from './contracts/target.js'
export { defaults } from './defaults.js'
export type { Diff } from './diff/diff.js'
export type { DraftRequest, ImportDraft } from './drafts/draft.js'
export type { ValidationResults } from './drafts/validation-results.js'
export { isTerminal } from './engine/machine.js'
export type { PieceworkEvents } from './events.js'
export { type CallbackOptions, callback } from './follow-ups/callback.js'
export type { Download } from './handle/download.js'
export type { JobHandle } from './handle/job-handle.js'
export type { JobReport } from './handle/job-report.js'
export type { JobUpdate } from './handle/job-update.js'
export { memoryStore } from './memory/store.js'
export { createPiecework, type Piecework, type PieceworkRequests } from './piecework.js'
export type { PieceworkOptions } from './piecework-options.js'
export type { AccessRecord, RecordRequest } from './record/read-record.js'
export type { CloneRequest, ExportRequest } from './requests/export-request.js'
export type { ImportRequest } from './requests/import-request.js'
export type { ArchiveSource, UploadSource } from './requests/input-source.js'
export { type FolderDestination, type FolderTargetOptions, folderTarget } from './targets/folder-target.js'
