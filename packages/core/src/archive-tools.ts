import { type ArchiveSummary, inspectArchive, type Verification, verifyArchive } from './archive/inspect.js'
import { artifactSource, type ByteSource, fileSource } from './archive/source.js'
import type { Trust } from './archive/trust.js'
import type { ByteRange } from './contracts/artifacts.js'
import { PieceworkError } from './contracts/errors.js'
import { type Diff, type DiffParts, diff } from './diff/diff.js'
import { type Download, download } from './handle/download.js'
import type { ExportRequest } from './requests/requests.js'
import { assertLive } from './retention/expiry.js'

/** Where an archive is: in the artifact store, or a file of this machine. */
export type ArchiveSource = { readonly artifact: string } | { readonly file: string }

/** An archive, or a resource as it is now: what an export with this request would hold. */
export type DiffSource = ArchiveSource | ExportRequest

/** What can be asked without a job. */
export interface ArchiveTools {
  /** Reads a whole archive and compares every checksum. Throws `expired` where it is ours and its time is over, as do the others. */
  verify(archive: ArchiveSource): Promise<Verification>
  /** What is inside, without importing. */
  inspect(archive: ArchiveSource): Promise<ArchiveSummary>
  /**
   * Which pieces and rows differ, from a to b; rows are matched by natural keys, for ids change. Changes nothing and takes no claim:
   * a resource is read in one snapshot. Whether an archive is trusted plays no part.
   */
  diff(a: DiffSource, b: DiffSource, signal?: AbortSignal): Promise<Diff>
  /**
   * The bytes of the archive that an export has made. Throws `expired` once its time is over, `artifact-not-found` where the job has made
   * none, `options-invalid` for a range that is not inside it, `job-not-found`. Whether the caller may have it is for the host to ask.
   */
  download(job: string, range?: ByteRange): Promise<Download>
}

export function createArchiveTools(parts: DiffParts & { readonly trust: Trust }): ArchiveTools {
  const { store, artifacts, limits, trust } = parts
  const sourceOf = async (archive: ArchiveSource): Promise<ByteSource> => {
    if ('file' in archive) return fileSource(archive.file)
    await assertLive(store, archive.artifact)
    return artifactSource(artifacts, archive.artifact)
  }
  const opened = async (source: DiffSource) => {
    if ('resource' in source && 'principal' in source) return source
    if ('file' in source || 'artifact' in source) return sourceOf(source)
    const known = '{ file }, { artifact } or { resource, principal }'
    throw new PieceworkError('options-invalid', `What diff compares is ${known}.`)
  }
  return {
    verify: async (archive) => verifyArchive(await sourceOf(archive), limits, trust),
    inspect: async (archive) => inspectArchive(await sourceOf(archive), limits, trust),
    diff: async (a, b, signal = new AbortController().signal) =>
      diff(parts, await opened(a), await opened(b), signal),
    download: (job, range) => download(parts, job, range),
  }
}
