import { createHash } from 'node:crypto'
import type { DraftPlan } from '../contracts/drafts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobInput, JobRequest, Sorting } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Upload } from '../contracts/upload.js'
import { isTerminal } from '../engine/machine.js'
import { followUpsOf } from '../follow-ups/with-follow-ups.js'
import { isUnsorted } from './unsorted.js'

/** Whether its files came one after the other, into a shell that was there before. */
export function fromDraft({ changes }: Pick<Job, 'changes'>): boolean {
  return changes[0]?.status === 'draft'
}

/** Whether a draft has become an import. */
export function hasRun({ changes }: Pick<Job, 'changes'>): boolean {
  return changes.some(({ status }) => status === 'pending')
}

/** The uploads of a draft, changed: it is to be sorted again. Throws `uploads-closed` for any other job. */
export function withUploads(job: Job, uploads: (now: readonly Upload[]) => readonly Upload[]): Job {
  const { sorting: _, ...input } = openInput(job)
  return { ...job, request: { ...job.request, input: { ...input, uploads: uploads(input.uploads) } } }
}

/** Digest of the uploads that a sort is made of. */
export function sourcesOf(uploads: readonly Upload[]): string {
  const ids = uploads.filter(({ sorted }) => !sorted).map(({ id }) => id)
  return createHash('sha256').update(ids.join()).digest('hex')
}

export function isToSort({ uploads }: JobInput): boolean {
  return uploads.some((upload) => isUnsorted(upload) || upload.sorted)
}

/** Whether what it reads was made of the unsorted files that it has now. */
export function isSorted(input: JobInput): boolean {
  return !isToSort(input) || input.sorting !== undefined
}

/**
 * The draft with what a sort has made, and the uploads that are left over: those of an earlier sort, or these, if another
 * sort of the same uploads came first. Throws `uploads-closed`, or `resource-busy` if it was made of other uploads.
 */
export function withSorted(
  job: Job,
  sorting: Sorting,
  sorted: readonly Upload[],
): { readonly job: Job; readonly left: readonly Upload[] } {
  const input = openInput(job)
  if (input.sorting?.of === sorting.of) return { job, left: sorted }
  if (sourcesOf(input.uploads) !== sorting.of) throw uploadsChanged('they were sorted')
  const uploads = [...input.uploads.filter((one) => !one.sorted), ...sorted]
  return {
    job: { ...job, request: { ...job.request, input: { ...input, sorting, uploads } } },
    left: input.uploads.filter((one) => one.sorted),
  }
}

/**
 * The job with what it will run, from `at`. Throws `uploads-closed`, or `resource-busy` if the plan was made
 * for other uploads.
 */
export function withPlan(job: Job, plan: DraftPlan, at: Date): Job {
  const { request, batches, priority, timeLimitMs } = plan
  const ids = (uploads: readonly Upload[] = []) => uploads.map(({ id }) => id).join()
  if (ids(openInput(job).uploads) !== ids(request.input?.uploads))
    throw uploadsChanged('the import began to run')
  return {
    ...job,
    request: {
      ...request,
      ...(request.input && { input: { ...readInput(request.input), ...keptUnsorted(request) } }),
      // More may have been added since the plan was made.
      ...followUpsOf(job.request),
    },
    batches,
    ...(priority !== undefined && { priority }),
    ...(timeLimitMs !== undefined && { deadline: new Date(at.getTime() + timeLimitMs) }),
  }
}

/** What an import reads: files have been made of those that are unsorted. */
export function readInput(input: JobInput): JobInput {
  return { ...input, uploads: input.uploads.filter((upload) => !isUnsorted(upload)) }
}

/** The files that came, of a draft or of one that has run: without those that a sort has made. */
export function givenUploads({ uploads, unsorted = [] }: JobInput): readonly Upload[] {
  return [...uploads.filter(({ sorted }) => !sorted), ...unsorted]
}

function keptUnsorted({ keepUploads, input }: JobRequest): Pick<JobInput, 'unsorted'> {
  const unsorted = keepUploads === 'failed' ? (input?.uploads.filter(isUnsorted) ?? []) : []
  return unsorted.length > 0 ? { unsorted } : {}
}

export function uploadsChanged(what: string): PieceworkError {
  return new PieceworkError('resource-busy', `The uploads changed while ${what}.`, { retryable: true })
}

/** Throws `uploads-closed` unless it is a draft. */
export function openInput({ status, request: { input }, changes }: Job): JobInput {
  if (status === 'draft' && input) return input
  const why = isTerminal(status) ? 'has ended' : hasRun({ changes }) ? 'has begun' : 'is not a draft'
  const then = isTerminal(status) ? 'create another draft' : 'its uploads stay as they are'
  throw new PieceworkError('uploads-closed', `This ${input ? 'import' : 'job'} ${why}: ${then}.`)
}
