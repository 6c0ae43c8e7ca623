import { isDeepStrictEqual } from 'node:util'
import { hashed } from '../archive/hashed.js'
import type { NodeResult } from '../contracts/attempts.js'
import type { JobOutput } from '../contracts/job-request.js'
import type { KeptOutput } from '../contracts/job-result.js'
import { findingDefaults } from '../defaults.js'
import { nodePages } from '../engine/node-pages.js'
import { requestedOutputs } from '../outputs/requested-outputs.js'
import { isWhole } from '../retention/expiry.js'
import type { AttemptContext } from './attempt-context.js'

/** What a node that has made an output keeps of it, for a retry. */
export const madeBytes = ({ artifact, size, sha256 }: KeptOutput) => ({ artifact, size, sha256 })

export type MadeBytes = ReturnType<typeof madeBytes>

/** Bytes that the job which this one retries has made of the same, and what was said of them. */
export interface ReusedOutput extends Pick<NodeResult, 'findings' | 'reusedFrom'> {
  readonly size: number
  readonly sha256: string
}

/**
 * Copies what the job before has made of this output, if it was made of the same entries: this job has taken over each of them.
 * Undefined if there is nothing, or if the bytes are not those that there were: what is made instead takes their place.
 */
export async function reusedOutput(
  { store, artifacts, bytes, lease }: AttemptContext,
  output: JobOutput,
  key: string,
): Promise<ReusedOutput | undefined> {
  const { job, node } = lease
  const { retryOf } = job
  if (retryOf === undefined) return undefined
  const made = (await store.reports.node(retryOf, node.id))?.output as MadeBytes | undefined
  if (!made || !(await isWhole(artifacts, made.artifact, made.size))) return undefined
  const before = await store.jobs.get(retryOf)
  const asked = before && requestedOutputs(before.request).find(({ name }) => name === output.name)
  if (!isDeepStrictEqual(asked, output)) return undefined
  for await (const page of nodePages(store.reports, job.id))
    if (page.some(({ task, reusedFrom }) => task === 'export' && reusedFrom !== retryOf)) return undefined
  const passing = hashed(bytes.of(artifacts.open(made.artifact)))
  const size = await artifacts.put(key, passing.bytes)
  if (passing.sha256() !== made.sha256) return undefined
  const findings = await store.reports.findings(retryOf, findingDefaults.readPerNode, node.id)
  return { size, sha256: made.sha256, findings, reusedFrom: retryOf }
}
