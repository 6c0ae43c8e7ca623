export type { About } from './archive/about.js'
export { type AssembleArchive, assembleArchive } from './archive/assemble.js'
export { type ArchiveNode, entryPath } from './archive/entry-path.js'
export type { ArchiveSummary, Verification } from './archive/inspect.js'
export type { ArchiveLimits } from './archive/limits.js'
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
export { openZip, type ZipLabels } from './archive/uploaded-zip.js'
export type { ZippedFile } from './contracts/entries.js'
export { defaultLimits } from './defaults.js'
