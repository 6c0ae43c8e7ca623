export { type Csv, type CsvOptions, csvRows, openCsv } from './archive/csv.js'
export { csvLine } from './archive/csv-line.js'
export { csvRecords } from './archive/csv-record.js'
export { type EntryFile, entriesOf, recordLimit } from './archive/entries.js'
export { JoinedFiles } from './archive/joined-files.js'
export { memo, memoBytes, type Sized } from './archive/memo.js'
export { readOnce } from './archive/read-once.js'
export { uploadEntries } from './archive/upload-entries.js'
export { type FileToZip, type ZipFilesOptions, zipFiles } from './archive/zip-files.js'
export type { ByteRange } from './contracts/artifacts.js'
export type {
  CompareContext,
  ComparedNode,
  ComparedResource,
  EntryDiff,
  RowSample,
  RowsDiff,
} from './contracts/compare.js'
export type { CopyTarget, Database, Queryable, Transaction } from './contracts/database.js'
export type { CsvRow, Entries, EntryFacts, Upgrade } from './contracts/entries.js'
export { type ErrorCode, isPieceworkError, PieceworkError } from './contracts/errors.js'
export type { FileStore } from './contracts/file-store.js'
export type { Finding, FindingFix, FindingSubject, NewFinding } from './contracts/finding.js'
export type { FollowUp, FollowUpContext } from './contracts/follow-up.js'
export type { FollowUpResult } from './contracts/follow-up-result.js'
export type {
  Format,
  FormatContext,
  Input,
  InputNode,
  Role,
  SortContext,
  SortedFiles,
  UnsortedFiles,
} from './contracts/format.js'
export type { Ids } from './contracts/ids.js'
export type { ArchiveRef, KeptOutput } from './contracts/job-result.js'
export type { KeyForm, SequenceForm, TextForm } from './contracts/key-form.js'
export type { KeyRange } from './contracts/keys.js'
export type { NewFiles, PieceFiles } from './contracts/new-files.js'
export type { StagedEntry } from './contracts/nodes.js'
export type {
  Output,
  OutputCheck,
  OutputContext,
  OutputEstimate,
  OutputSubject,
  StagedPart,
  StagedPiece,
  ZipForPeopleOptions,
  ZipMember,
} from './contracts/output.js'
export type { Pack } from './contracts/pack.js'
export type {
  ImportPartPlan,
  ImportParts,
  ImportPartsContext,
  NodePart,
  PartPlan,
  PartsContext,
  PartsPlan,
  PartsSoFar,
} from './contracts/parts.js'
export type {
  AppliesContext,
  CloneContext,
  EntryOptions,
  ExportContext,
  ExportedCounts,
  ImportContext,
  NewShell,
  Piece,
  PieceCloner,
  PieceExporter,
  PieceImporter,
  PieceKeys,
  ShellsContext,
} from './contracts/piece.js'
export type { PieceCounts } from './contracts/piece-counts.js'
export type { KeyCheckContext, KeyColumns, KeysContext, LeadingColumn } from './contracts/piece-keys.js'
export type { PieceRemover, RemoveContext } from './contracts/piece-remover.js'
export type { PieceVerifier, VerifyContext } from './contracts/piece-verifier.js'
export type {
  ResourceDescription,
  ResourceKind,
  ResourceRef,
  ResourceTree,
  Shell,
  ShellLifecycle,
} from './contracts/resource.js'
export type { Schema } from './contracts/schema.js'
export type {
  DeliverContext,
  DeliveredFile,
  DeliveryReceipt,
  DeliveryRequest,
  DeliveryState,
  Target,
} from './contracts/target.js'
export type { MapUnit, UnitColumn, UnitMap } from './contracts/unit-map.js'
export type { Upload } from './contracts/upload.js'
export type { DryRun, ValidationContext, Validator } from './contracts/validator.js'
export type { PieceContext, WorkContext } from './contracts/work-context.js'
export {
  FindingCollector,
  type FindingCollectorOptions,
  type FindingDetails,
  type FindingLocation,
} from './findings/finding-collector.js'
export { type FirstStepOptions, firstStep } from './findings/first-step.js'
export { type IdsOptions, jobIds } from './ids.js'
export {
  isSequenceForm,
  isTextForm,
  type KeyShape,
  keyFormText,
  keyLength,
  keyShape,
} from './key-forms.js'
export { type KeyMap, keyMap } from './key-map.js'
export { check } from './options/check.js'
export { checkArgument, checkDeclaration, checkOptions } from './options/check-options.js'
export { closest } from './options/closest.js'
export { keyFormCheck } from './options/key-form-check.js'
export { contractCheck, objectCheck } from './options/object-check.js'
export { type Check, type OptionChecks, required } from './options/option-checks.js'
export { FileNames } from './outputs/file-names.js'
export { keyFormsOf } from './plan/key-forms-of.js'
export { declaredTables, keyName } from './plan/key-names.js'
export { piecesBefore } from './plan/pieces-before.js'
