export type { About } from './archive/about.js'
export { artifactKeySegments } from './archive/artifact-key.js'
export { type AssembleArchive, assembleArchive } from './archive/assemble.js'
export { type Csv, type CsvOptions, csvRows, openCsv } from './archive/csv.js'
export { csvLine } from './archive/csv-line.js'
export { type EntryFile, entriesOf, uploadEntries } from './archive/entries.js'
export { type ArchiveNode, entryPath } from './archive/entry-path.js'
export type { ArchiveSummary, Verification } from './archive/inspect.js'
export { type ArchiveLimits, defaultLimits } from './archive/limits.js'
export {
  type Manifest,
  type ManifestEntry,
  type ManifestPiece,
  manifestDigest,
  readManifest,
  writeManifest,
} from './archive/manifest.js'
export type { PublicKey } from './archive/public-key.js'
export { type Archive, openArchive } from './archive/reader.js'
export { manifestSigner, type SigningOptions, type SignManifest } from './archive/sign.js'
export { artifactSource, type ByteSource, fileSource } from './archive/source.js'
export { type StageEntry, stagedEntries, stageEntry } from './archive/stage.js'
export {
  type ArchiveSignature,
  createTrust,
  type Trust,
  type TrustOptions,
  type TrustPolicy,
} from './archive/trust.js'
export type { Provided } from './container.js'
export { tokens } from './container.js'
export type * from './contracts/artifacts.js'
export type * from './contracts/attempts.js'
export type * from './contracts/compare.js'
export type * from './contracts/database.js'
export type * from './contracts/entries.js'
export * from './contracts/errors.js'
export type * from './contracts/finding.js'
export type * from './contracts/format.js'
export type * from './contracts/guard.js'
export type * from './contracts/ids.js'
export type * from './contracts/jobs.js'
export type * from './contracts/keeping.js'
export type * from './contracts/limits.js'
export type * from './contracts/outbox.js'
export type * from './contracts/pack.js'
export type * from './contracts/piece.js'
export type * from './contracts/preparations.js'
export type * from './contracts/principal.js'
export type * from './contracts/resource.js'
export type * from './contracts/runtime.js'
export type * from './contracts/schema.js'
export type * from './contracts/store.js'
export type * from './contracts/validator.js'
export type { Diff, PieceDiff, ResourceDiff } from './diff/diff.js'
export type { NodeEvent, PieceworkEmitter, PieceworkEvents } from './events.js'
export { fileArtifacts } from './files/artifacts.js'
export type { Guarded, HostGuard } from './guard/host-guard.js'
export { changedPaths, overlaps, resourcePath } from './guard/paths.js'
export { jobIds } from './ids.js'
export type { Download } from './jobs/download.js'
export type { EngineOptions } from './jobs/engine-options.js'
export type { JobHandle, JobReport, JobUpdate } from './jobs/handle.js'
export type { ImportRequest } from './jobs/input-requests.js'
export { deletedResult, expiredResult, keptUntil } from './jobs/kept-until.js'
export * from './jobs/machine.js'
export type {
  PieceOptions,
  Preparation,
  PreparationDesk,
  PreparationStatus,
  PrepareRequest,
} from './jobs/preparation.js'
export { withPlan, withUploads } from './jobs/prepared.js'
export type { JobProgress } from './jobs/progress.js'
export type { CloneRequest, ExportRequest } from './jobs/requests.js'
export type { RetryRequest } from './jobs/retry.js'
export { taskOf } from './jobs/task-of.js'
export type { TermsOptions } from './jobs/terms.js'
export { mustWait } from './jobs/too-many-jobs.js'
export type { InputSource, UploadSource } from './jobs/uploads.js'
export type { FileResults, ValidationResults } from './jobs/validation-results.js'
export { memoryArtifacts } from './memory/artifacts.js'
export { busy } from './memory/guard.js'
export { type MemoryStoreOptions, memoryStore } from './memory/store.js'
export {
  createPiecework,
  type Piecework,
  type PieceworkOptions,
  type PieceworkRequests,
} from './piecework.js'
export { type PlannedNode, type PlannedPiece, planBatches } from './plan/plan.js'
export { createRegistry, type Registry } from './plan/registry.js'
export type { ArchiveSource, DiffSource, Readings } from './readings.js'
