import type { Allow } from '../access/allow.js'
import { allowJob } from '../access/allow-job.js'
import { cutShort, expectLength } from '../archive/expect-length.js'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { AskedBy } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { objectCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { madeOutput } from '../outputs/made-output.js'
import { refuseExpired } from '../retention/expiry.js'
import { existingJob } from './existing-job.js'
import { askedByChecks } from './job-arguments.js'

const rangeChecks: OptionChecks<ByteRange> = {
  start: required(check.wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  end: required(check.wholeNumber(0, Number.MAX_SAFE_INTEGER)),
}

export interface DownloadRequest extends AskedBy {
  /** Name of an output. Absent: the archive, or else the only one that the job has made. */
  readonly output?: string
  /** Absent: all of it. */
  readonly range?: ByteRange
}

const downloadChecks: OptionChecks<Partial<DownloadRequest>> = {
  ...askedByChecks,
  output: check.text,
  range: objectCheck(rangeChecks),
}

const instead = {
  start: 'a part of the archive is { range: { start, end } }',
  end: 'a part of the archive is { range: { start, end } }',
} as const

/** What an export has made, or a part of it. */
export interface Download {
  /** Of the whole, in bytes. */
  readonly size: number
  /** Of an archive: sha256 of its manifest, hex. */
  readonly digest?: string
  /** Of the whole, hex. */
  readonly sha256: string
  readonly mediaType: string
  /** For people; every disk takes it. */
  readonly fileName: string
  readonly expiresAt: Date
  /** What `bytes` gives. */
  readonly range: ByteRange
  /** Throws `storage` if the store gives fewer bytes than there are: what was sent is then not whole. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * Throws `job-not-found`, `forbidden`, `expired`, `artifact-not-found` if the job has made no such output, and
 * `options-invalid` for a range that is not inside it.
 */
export async function download(
  {
    store,
    artifacts,
    environment,
    allow,
  }: {
    readonly store: Store
    readonly artifacts: ArtifactStore
    readonly environment: Environment
    readonly allow: Allow
  },
  id: string,
  given: Partial<DownloadRequest> | undefined,
): Promise<Download> {
  const { principal, output, range } = checkOptions('download()', given, downloadChecks, instead)
  const job = await existingJob(store, id, 'download()')
  await allowJob(allow, principal, 'download', job)
  const made = madeOutput(job, output)
  refuseExpired(id, made, environment.now())
  const { name, artifact, size, expiresAt, deletedAt: _, ...facts } = made
  const { start, end } = range ?? { start: 0, end: size }
  if (start > end || end > size) {
    throw new PieceworkError(
      'options-invalid',
      `Bytes ${start} to ${end} are not inside the ${size} of job ${id}.`,
      {
        facts: { size },
      },
    )
  }
  const there = await artifacts.stat(artifact)
  if (!there)
    throw new PieceworkError('artifact-not-found', `The ${name} of job ${id} is not there any more.`)
  if (there.size !== size) throw cutShort(artifact, there.size, size)
  const bytes = expectLength(artifact, artifacts.open(artifact, { start, end }), end - start)
  return { size, ...facts, expiresAt, range: { start, end }, bytes }
}
