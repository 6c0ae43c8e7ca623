import type { JobOutput } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'

/** The name of Piecework's own output. */
export const archiveOutput = 'archive'

const archiveOnly: readonly JobOutput[] = [{ name: archiveOutput }]

/** What an export is to make. */
export const requestedOutputs = ({
  outputs,
}: {
  readonly outputs?: readonly JobOutput[] | undefined
}): readonly JobOutput[] => outputs ?? archiveOnly

/** Id of the node that makes it. */
export const assembleId = (output: string): string =>
  output === archiveOutput ? 'assemble' : `assemble ${output}`

/** What the node makes. Undefined for any other node. */
export function outputOf(job: Pick<Job, 'request'>, node: { readonly id: string }): JobOutput | undefined {
  return requestedOutputs(job.request).find(({ name }) => assembleId(name) === node.id)
}
