export { artifactKeySegments } from './artifacts/artifact-key.js'
export { callHost, repeatedWarning, warn } from './call-host.js'
export type { ArtifactStat, ArtifactStore, ByteRange } from './contracts/artifacts.js'
export type { Attempts, GivenBack, Lease, NodeResult } from './contracts/attempts.js'
export type { Credentials, NewSealedCredential, SealedCredential, Sealing } from './contracts/credentials.js'
export type {
  CopyTarget,
  Database,
  Queryable,
  Transaction,
  TransactionOptions,
} from './contracts/database.js'
export type { DraftPlan, Drafts } from './contracts/drafts.js'
export type { Environment } from './contracts/environment.js'
export { type ErrorCode, isPieceworkError, type JobError, PieceworkError } from './contracts/errors.js'
export type { Finding } from './contracts/finding.js'
export type { FollowUpList, FollowUpRequest, FollowUpRequests } from './contracts/follow-up-request.js'
export type { Claim, Edit, Guard, Holder, ResourcePath } from './contracts/guard.js'
export type { Limits } from './contracts/job-limits.js'
export type { JobInput, JobRequest, Sorting } from './contracts/job-request.js'
export type { Delivered, JobResult, KeptOutput } from './contracts/job-result.js'
export type {
  Job,
  JobFilter,
  JobKind,
  JobOutcome,
  JobStatus,
  Jobs,
  KeyedJob,
  NewJob,
  RequestKey,
  StatusChange,
} from './contracts/jobs.js'
export type { KeyRange, KeyRangePage, Keys } from './contracts/keys.js'
export type { Link, LinkFilter, Links, NewLink } from './contracts/links.js'
export type { MeterFilter, MeterReading, Meters, Usage, UsageLimits } from './contracts/meters.js'
export type { MomentRead, Moments } from './contracts/moments.js'
export type {
  JobNode,
  NewNode,
  NodeCounts,
  NodeStatus,
  NodeTask,
  Progress,
  StagedEntry,
} from './contracts/nodes.js'
export type { Outbox, OutboxAction, OutboxItem } from './contracts/outbox.js'
export type { NodePart, PartPlan } from './contracts/parts.js'
export type { PieceCounts } from './contracts/piece-counts.js'
export type { AskedBy, Principal, PrincipalLimit } from './contracts/principal.js'
export type { PutFile, PutFiles } from './contracts/put-files.js'
export type {
  NewRecordEntry,
  RecordEntry,
  RecordFilter,
  RecordOutcome,
  Records,
} from './contracts/records.js'
export type { ReplacedValue, ReplacedValuePage, ReplacedValues } from './contracts/replaced-values.js'
export type { JobSummary, NodePage, Reports, StageProgress, StageSummary } from './contracts/reports.js'
export type { ResourceRef, ResourceTree } from './contracts/resource.js'
export type { Retention, RetentionFilter } from './contracts/retention.js'
export type { Revocations } from './contracts/revocations.js'
export type { Runtime, Task, TaskHandler } from './contracts/runtime.js'
export type { SessionContext } from './contracts/session.js'
export type { States } from './contracts/states.js'
export type { Store } from './contracts/store.js'
export type { Summaries } from './contracts/summaries.js'
export type { Upload, UploadPart } from './contracts/upload.js'
export type {
  AddedPart,
  NewPartialUpload,
  NewUploadPart,
  PartialUpload,
  UploadLease,
  UploadQuota,
  Uploads,
} from './contracts/uploads.js'
export { storeDefaults } from './defaults.js'
export { sourcesOf, withPlan, withSorted, withUploads } from './drafts/draft-state.js'
export { databaseError, sqlStateOf } from './engine/database-error.js'
export {
  canBeStopped,
  canTimeOut,
  isTerminal,
  type JobEffect,
  type JobEvent,
  transition,
} from './engine/machine.js'
export { taskOf } from './engine/task-of.js'
export { withFollowUps } from './follow-ups/with-follow-ups.js'
export { changedPaths, overlaps, resourcePath } from './guard/paths.js'
export { resourceBusy } from './guard/resource-busy.js'
export { jobIds } from './ids.js'
export { keyFormText } from './key-forms.js'
export { check } from './options/check.js'
export { checkArgument, checkDeclaration, checkOptions } from './options/check-options.js'
export { contractCheck, objectCheck } from './options/object-check.js'
export { type Check, type OptionChecks, required } from './options/option-checks.js'
export { assertLater, takenOn } from './plan/assert-later.js'
export { canonicalId } from './plan/canonical-id.js'
export { drawTargets } from './plan/draw-targets.js'
export { databaseOf } from './plan/in-database.js'
export { keyFormsOf } from './plan/key-forms-of.js'
export { resourceNotFound } from './plan/resource-not-found.js'
export { recipientCheck } from './record/recipient-check.js'
export type { Registered, RegisteredFormat, RegisteredRole } from './registered.js'
export { mustQueue } from './requests/must-queue.js'
export { requestKeyUsed } from './requests/request-key.js'
export { deliveryTaken } from './requests/taken-deliveries.js'
export { assertKeptAt, deletedResult, expiredResult, keptUntil } from './retention/kept-until.js'
export { systemEnvironment } from './system-environment.js'
export { keyTwice } from './tasks/key-twice.js'
export { type TemporaryFolderOptions, withTemporaryFolder } from './temporary/temporary-folder.js'
export { tooManyUploads, uploadExpired, uploadFinished, uploadNotFound } from './uploads/upload-errors.js'
