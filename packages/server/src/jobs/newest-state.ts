import { type JobUpdate, type Piecework, PieceworkError, type Principal } from '@piecework/core'

/** The job as it stands, by sums: nothing that grows with its nodes is read. Throws `job-not-found`. */
export async function newestState(
  piecework: Piecework,
  job: string,
  principal: Principal,
): Promise<JobUpdate> {
  for await (const update of piecework.watch(job, { principal })) return update
  throw new PieceworkError('job-not-found', `There is no job ${job}.`)
}
