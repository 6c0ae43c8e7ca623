import type { Format } from '../contracts/format.js'
import type { Job } from '../contracts/jobs.js'

/**
 * Whether the files of an import that has ended stay beside what it made, until that is deleted: it is shown, or
 * kept hidden. Without it nothing would ever lead to them.
 */
export function uploadsStay(
  job: Pick<Job, 'request' | 'outcome' | 'error'>,
  format: Pick<Format, 'keepsShell'> | undefined,
): boolean {
  if (job.request.keepUploads !== true) return false
  return job.outcome === 'succeeded' || keepsShell(job, format)
}

/** Whether what a failed import has made stays, hidden; what is in a draft that was left alone is removed. */
export function keepsShell(
  { error }: Pick<Job, 'error'>,
  format: Pick<Format, 'keepsShell'> | undefined,
): boolean {
  return format?.keepsShell === true && error?.code !== 'expired'
}
