import type { Allow } from '../access/allow.js'
import { allowJob, resourceOf } from '../access/allow-job.js'
import { cutShort, expectLength } from '../archive/expect-length.js'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { Environment } from '../contracts/environment.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { AskedBy } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { objectCheck } from '../options/object-check.js'
import { type Check, type OptionChecks, required } from '../options/option-checks.js'
import { type MadeOutput, madeOutput } from '../outputs/made-output.js'
import { recipientCheck } from '../record/recipient-check.js'
import type { Recorder } from '../record/recorder.js'
import { refuseExpired } from '../retention/expiry.js'
import { existingJob } from './existing-job.js'
import { askedByChecks } from './job-arguments.js'
import { type MeterDeps, metered } from './metered.js'

const rangeChecks: OptionChecks<ByteRange> = {
  start: required(check.wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  end: required(check.wholeNumber(0, Number.MAX_SAFE_INTEGER)),
}

/** What is known of a file before it is opened. */
type DownloadFacts = Omit<Download, 'range' | 'bytes'>

/** `job` is the one that has made it. Undefined: all of it. */
type RangeOf = (file: DownloadFacts, job: Job) => ByteRange | undefined

const rangeCheck: Check<ByteRange | RangeOf> = (value, place) =>
  typeof value === 'function' ? (value as RangeOf) : objectCheck(rangeChecks)(value, place)

export interface DownloadRequest extends AskedBy {
  /** Name of an output. Absent: the archive, or else the only one that the job has made. */
  readonly output?: string
  /**
   * Absent: all of it. A function is told of the file when the policy has allowed it, and says which part, as HTTP does by
   * an ETag; what it throws ends the download before it is counted or recorded, and before the bytes are opened.
   */
  readonly range?: ByteRange | RangeOf
  /** For whom it is, for the record of downloads: a name or an address, no URL. */
  readonly recipient?: string
  /** Under whose name it is counted and limited. Default: the id of the principal. */
  readonly countedAs?: string
  /** Ends what waits for the next minute. */
  readonly signal?: AbortSignal
}

const downloadChecks: OptionChecks<Partial<DownloadRequest>> = {
  ...askedByChecks,
  output: check.text,
  range: rangeCheck,
  recipient: recipientCheck,
  countedAs: check.text,
  signal: check.signal,
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

export interface DownloadDeps extends MeterDeps {
  readonly store: Store
  readonly artifacts: ArtifactStore
  readonly environment: Environment
  readonly allow: Allow
  readonly recorder: Recorder
}

/**
 * Throws `job-not-found`, `forbidden`, `expired`, `artifact-not-found` if the job has made no such output,
 * `options-invalid` for a range that is not inside it, and `too-many-downloads`.
 */
export async function download(
  deps: DownloadDeps,
  id: string,
  given: Partial<DownloadRequest> | undefined,
): Promise<Download> {
  const { principal, output, range, recipient, countedAs, signal } = checkOptions(
    'download()',
    given,
    downloadChecks,
    instead,
  )
  const job = await existingJob(deps.store, id, 'download()')
  await allowJob(deps.allow, principal, 'download', job)
  const ask = () => deps.allow(principal, 'download', resourceOf(job), job)
  const { recorder } = deps
  const about = { principal, action: 'download' as const, resource: resourceOf(job), job, recipient }
  const name = countedAs ?? principal?.id ?? ''
  const made = await recorder.failing(about, keptOutput(deps, job, output))
  const wanted = typeof range === 'function' ? range(factsOf(made), job) : range
  const opening = async (): Promise<Download> => {
    const { start, end } = rangeIn(job, made, wanted)
    const counting = await metered(deps, { name, size: end - start, isResumed: start > 0, signal })
    const bytes = await openMade(deps, job, made, { start, end })
    return { ...factsOf(made), range: { start, end }, bytes: counting(bytes) }
  }
  const opened = await recorder.failing(about, opening())
  const entry = await recorder.allowed(about)
  const recorded = async (end: BytesEnd) => recorder.end(entry, end)
  return { ...opened, bytes: recordedBytes(opened.bytes, { ask, recorded }) }
}

type BytesEnd = Parameters<Recorder['end']>[1]

/** The policy is asked again before the first byte: the host may hold a download for as long as it likes. */
async function* recordedBytes(
  bytes: AsyncIterable<Uint8Array>,
  { ask, recorded }: { ask(): Promise<void>; recorded(end: BytesEnd): Promise<void> },
): AsyncGenerator<Uint8Array> {
  let sent = 0
  let end: BytesEnd = { outcome: 'failed', code: 'cancelled' }
  try {
    await ask()
    for await (const chunk of bytes) {
      sent += chunk.length
      yield chunk
    }
    end = { outcome: 'done' }
  } catch (error) {
    end = { outcome: 'failed', code: isPieceworkError(error) ? error.code : 'internal' }
    throw error
  } finally {
    await recorded({ ...end, bytes: sent })
  }
}

/** Throws `artifact-not-found`, `expired`. */
async function keptOutput(
  { environment }: Pick<DownloadDeps, 'environment'>,
  job: Job,
  output: string | undefined,
): Promise<MadeOutput> {
  const made = madeOutput(job, output)
  refuseExpired(job.id, made, environment.now())
  return made
}

const factsOf = ({ name: _, artifact: _a, deletedAt: _d, ...facts }: MadeOutput): DownloadFacts => facts

function rangeIn({ id }: Job, { size }: MadeOutput, range: ByteRange | undefined): ByteRange {
  const { start, end } = range ?? { start: 0, end: size }
  if (start >= 0 && start <= end && end <= size) return { start, end }
  const message = `Bytes ${start} to ${end} are not inside the ${size} of job ${id}.`
  throw new PieceworkError('options-invalid', message, { facts: { size } })
}

async function openMade(
  { artifacts }: Pick<DownloadDeps, 'artifacts'>,
  { id }: Job,
  { name, artifact, size }: MadeOutput,
  range: ByteRange,
): Promise<AsyncIterable<Uint8Array>> {
  const there = await artifacts.stat(artifact)
  if (!there)
    throw new PieceworkError('artifact-not-found', `The ${name} of job ${id} is not there any more.`)
  if (there.size !== size) throw cutShort(artifact, there.size, size)
  return expectLength(artifact, artifacts.open(artifact, range), range.end - range.start)
}
