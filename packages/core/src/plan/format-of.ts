import type { Job } from '../contracts/jobs.js'

/** Name of the format whose pieces the job runs: that of its input; an export or a clone has those of archives. */
export const formatOf = ({ request }: Pick<Job, 'request'>): string => request.input?.format ?? 'archive'
