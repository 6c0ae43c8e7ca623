import { type ArchiveSummary, inspectArchive, type Verification, verifyArchive } from './archive/inspect.js'
import { artifactSource, type ByteSource, fileSource } from './archive/source.js'
import type { Trust } from './archive/trust.js'
import type { ByteRange } from './contracts/artifacts.js'
import { type Diff, type DiffDeps, diff } from './diff/diff.js'
import { type Download, download } from './handle/download.js'
import { check } from './options/check.js'
import { checkArgument, checkOptions } from './options/check-options.js'
import { type ExportRequest, exportChecks, exportInstead } from './requests/export-request.js'
import { type ArchiveSource, archiveSource } from './requests/input-source.js'
import { assertLive } from './retention/expiry.js'

/** An archive, or a resource as it is now: what an export with this request would hold. */
type DiffSource = ArchiveSource | ExportRequest

/** What needs no job. */
export interface ArchiveTools {
  /**
   * Reads a whole archive and compares every checksum. Throws `expired` if it is an archive of an export
   * whose time is over, as do the others.
   */
  verify(archive: ArchiveSource): Promise<Verification>
  /** What is inside, without importing. */
  inspect(archive: ArchiveSource): Promise<ArchiveSummary>
  /**
   * Which pieces and rows differ, from a to b; rows are matched by natural keys, for ids change. Changes
   * nothing and takes no claim: a resource is read in one snapshot. Whether an archive is trusted plays no
   * part.
   */
  diff(a: DiffSource, b: DiffSource, signal?: AbortSignal): Promise<Diff>
  /**
   * The bytes of the archive that an export has made. Throws `expired` once its time is over,
   * `artifact-not-found` if the job has made none, `options-invalid` for a range that is not inside it,
   * `job-not-found`. Whether the caller may have it is for the host to ask.
   */
  download(job: string, range?: ByteRange): Promise<Download>
}

export function createArchiveTools(deps: DiffDeps & { readonly trust: Trust }): ArchiveTools {
  const { artifacts, limits, trust } = deps
  const sourceOf = async (subject: string, given: ArchiveSource): Promise<ByteSource> => {
    const archive = checkArgument(subject, 'archive', given, archiveSource)
    if ('file' in archive) return fileSource(archive.file)
    await assertLive(deps, archive.artifact)
    return artifactSource(artifacts, archive.artifact)
  }
  const opened = async (source: DiffSource) => {
    if (typeof source === 'object' && source !== null && ('resource' in source || 'principal' in source))
      return checkOptions<ExportRequest>('diff()', source as ExportRequest, exportChecks, exportInstead)
    return sourceOf('diff()', source)
  }
  return {
    verify: async (archive) => verifyArchive(await sourceOf('verify()', archive), limits, trust),
    inspect: async (archive) => inspectArchive(await sourceOf('inspect()', archive), limits, trust),
    diff: async (a, b, signal = new AbortController().signal) => {
      checkArgument('diff()', 'signal', signal, check.signal)
      return diff(deps, await opened(a), await opened(b), signal)
    },
    download: (job, range) => download(deps, job, range),
  }
}
