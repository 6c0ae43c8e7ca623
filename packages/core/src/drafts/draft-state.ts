import type { DraftPlan } from '../contracts/drafts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobInput } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Upload } from '../contracts/upload.js'
import { isTerminal } from '../engine/machine.js'

/** Whether its files came one after the other, into a shell that was there before. */
export function fromDraft({ changes }: Pick<Job, 'changes'>): boolean {
  return changes[0]?.status === 'draft'
}

/** The uploads of a draft, changed. Throws `uploads-closed` for any other job. */
export function withUploads(job: Job, uploads: (now: readonly Upload[]) => readonly Upload[]): Job {
  const input = openInput(job)
  return { ...job, request: { ...job.request, input: { ...input, uploads: uploads(input.uploads) } } }
}

/**
 * The job with what it will run, from `at`. Throws `uploads-closed`, or `resource-busy` if the plan was made
 * for other uploads.
 */
export function withPlan(job: Job, plan: DraftPlan, at: Date): Job {
  const { request, batches, priority, timeLimitMs } = plan
  const ids = (uploads: readonly Upload[] = []) => uploads.map(({ id }) => id).join()
  if (ids(openInput(job).uploads) !== ids(request.input?.uploads)) {
    throw new PieceworkError('resource-busy', 'The uploads changed while the import began to run.', {
      retryable: true,
    })
  }
  return {
    ...job,
    request,
    batches,
    ...(priority !== undefined && { priority }),
    ...(timeLimitMs !== undefined && { deadline: new Date(at.getTime() + timeLimitMs) }),
  }
}

/** Throws `uploads-closed` unless it is a draft. */
export function openInput({ status, request: { input }, changes }: Job): JobInput {
  if (status === 'draft' && input) return input
  const began = changes.some((change) => change.status === 'pending')
  const why = isTerminal(status) ? 'has ended' : began ? 'has begun' : 'is not a draft'
  const then = isTerminal(status) ? 'create another draft' : 'its uploads stay as they are'
  throw new PieceworkError('uploads-closed', `This ${input ? 'import' : 'job'} ${why}: ${then}.`)
}
