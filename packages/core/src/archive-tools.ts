import { allowArtifact } from './access/allow-artifact.js'
import { type ArchiveSummary, inspectArchive, type Verification, verifyArchive } from './archive/inspect.js'
import { abortable, artifactSource, type ByteSource, fileSource } from './archive/source.js'
import type { Trust } from './archive/trust.js'
import type { AskedBy, Principal } from './contracts/principal.js'
import { type Diff, type DiffDeps, diff } from './diff/diff.js'
import { type Download, type DownloadDeps, type DownloadRequest, download } from './handle/download.js'
import { askedByChecks, jobArguments } from './handle/job-arguments.js'
import { check } from './options/check.js'
import { checkArgument, checkOptions } from './options/check-options.js'
import type { OptionChecks } from './options/option-checks.js'
import { exportInstead, type SourceRequest, sourceChecks } from './requests/export-request.js'
import { type ArchiveSource, archiveSource } from './requests/input-source.js'
import { assertLive } from './retention/expiry.js'
import { joinedArtifacts } from './uploads/joined-artifacts.js'
import { uploadedArchive } from './uploads/uploaded-archive.js'

/** An archive, or a resource as it is now: what an export with this request would hold. */
type DiffSource = ArchiveSource | SourceRequest

interface DiffRequest extends Partial<AskedBy> {
  readonly signal?: AbortSignal
}

interface InspectRequest extends AskedBy {
  readonly signal?: AbortSignal
}

/** What needs no job. Bytes of a file of this machine are the caller's own; for all others the access policy is asked. */
export interface ArchiveTools {
  /**
   * Reads a whole archive and compares every checksum. Throws `expired` if it is an archive of an export
   * whose time is over, as do the others.
   */
  verify(archive: ArchiveSource, by: AskedBy): Promise<Verification>
  /** What is inside, without importing. */
  inspect(archive: ArchiveSource, request: InspectRequest): Promise<ArchiveSummary>
  /**
   * Which pieces and rows differ, from a to b; rows are matched by natural keys, for ids change. Changes
   * nothing and takes no claim: a resource is read in one snapshot. Whether an archive is trusted plays no
   * part. An archive is read for the principal of the third argument, or of the other side.
   */
  diff(a: DiffSource, b: DiffSource, options?: DiffRequest): Promise<Diff>
  /**
   * The bytes of what an export has made: the archive, or an output of a pack. Throws `expired` once its time is
   * over, `artifact-not-found` if the job has made none, `options-invalid` for a range that is not inside it,
   * `job-not-found`, `forbidden`, `too-many-downloads`.
   */
  download(job: string, request: DownloadRequest): Promise<Download>
}

const signalled: OptionChecks<Partial<InspectRequest>> = { ...askedByChecks, signal: check.signal }

export function createArchiveTools(
  deps: DiffDeps & Pick<DownloadDeps, 'recorder' | 'downloadsPerMinute'> & { readonly trust: Trust },
): ArchiveTools {
  const { artifacts, limits, trust } = deps
  const sourceOf = async (
    subject: string,
    given: ArchiveSource,
    principal: Principal | undefined,
  ): Promise<ByteSource> => {
    const archive = checkArgument(subject, 'archive', given, archiveSource)
    if ('file' in archive) return fileSource(archive.file)
    if ('upload' in archive) {
      const { file } = await uploadedArchive(deps, archive.upload, principal)
      return artifactSource(joinedArtifacts(artifacts, [file]), file.artifact)
    }
    await allowArtifact(deps, principal, archive.artifact)
    await assertLive(deps, archive.artifact)
    return artifactSource(artifacts, archive.artifact)
  }
  const checkedSide = (source: DiffSource): DiffSource => {
    if (typeof source === 'object' && source !== null && ('resource' in source || 'principal' in source))
      return checkOptions<SourceRequest>('diff()', source as SourceRequest, sourceChecks, exportInstead)
    return checkArgument('diff()', 'archive', source, archiveSource)
  }
  return {
    verify: async (archive, by) => {
      const principal = jobArguments.principal('verify()', by)
      return verifyArchive(await sourceOf('verify()', archive, principal), limits, trust)
    },
    inspect: async (archive, request) => {
      const { principal, signal } = checkOptions('inspect()', request, signalled)
      const source = await sourceOf('inspect()', archive, principal)
      return inspectArchive(signal ? abortable(source, signal) : source, limits, trust)
    },
    diff: async (one, other, options) => {
      const sides = [checkedSide(one), checkedSide(other)] as const
      const [asked] = sides.flatMap((side) => ('principal' in side ? side.principal : []))
      const { signal = new AbortController().signal, principal = asked } = checkOptions(
        'diff()',
        options,
        signalled,
      )
      const opened = async (side: DiffSource) =>
        'resource' in side ? side : abortable(await sourceOf('diff()', side, principal), signal)
      return diff(deps, await opened(sides[0]), await opened(sides[1]), signal)
    },
    download: (job, request) => download(deps, job, request),
  }
}
