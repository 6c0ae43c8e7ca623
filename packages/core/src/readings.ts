import { type ArchiveSummary, inspectArchive, type Verification, verifyArchive } from './archive/inspect.js'
import { artifactSource, type ByteSource, fileSource } from './archive/source.js'
import type { Trust } from './archive/trust.js'
import { type Diff, type DiffParts, diff } from './diff/diff.js'
import type { ExportRequest } from './jobs/requests.js'

/** Where an archive is: in the artifact store, or a file of this machine. */
export type ArchiveSource = { readonly artifact: string } | { readonly file: string }

/** An archive, or a resource as it is now: what an export with this request would hold. */
export type DiffSource = ArchiveSource | ExportRequest

/** What can be asked without a job. */
export interface Readings {
  /** Reads a whole archive and compares every checksum. */
  verify(archive: ArchiveSource): Promise<Verification>
  /** What is inside, without importing. */
  inspect(archive: ArchiveSource): Promise<ArchiveSummary>
  /**
   * Which pieces and rows differ, from a to b; rows are matched by natural keys, for ids change. Changes nothing and takes no claim:
   * a resource is read in one snapshot. Whether an archive is trusted plays no part.
   */
  diff(a: DiffSource, b: DiffSource, signal?: AbortSignal): Promise<Diff>
}

export function createReadings(parts: DiffParts & { readonly trust: Trust }): Readings {
  const { artifacts, limits, trust } = parts
  const sourceOf = (archive: ArchiveSource): Promise<ByteSource> =>
    'file' in archive ? fileSource(archive.file) : artifactSource(artifacts, archive.artifact)
  const opened = async (source: DiffSource) => ('resource' in source ? source : sourceOf(source))
  return {
    verify: async (archive) => verifyArchive(await sourceOf(archive), limits, trust),
    inspect: async (archive) => inspectArchive(await sourceOf(archive), limits, trust),
    diff: async (a, b, signal = new AbortController().signal) =>
      diff(parts, await opened(a), await opened(b), signal),
  }
}
