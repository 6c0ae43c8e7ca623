import { PieceworkError } from '../contracts/errors.js'
import type { FollowUpContext } from '../contracts/follow-up.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import { notRegistered } from '../engine/missing-registration.js'
import { asJson } from '../follow-ups/as-json.js'
import { followUpOf } from '../follow-ups/follow-up-nodes.js'
import { followUpResults } from '../follow-ups/follow-up-results.js'
import { jobReport } from '../handle/job-report.js'
import { type AttemptContext, commit, type TaskRunner } from './attempt-context.js'

/** Runs one follow-up of a job that has ended, and keeps what it returns. */
export const followUpTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const asked = followUpOf(job, node)
  if (!asked) throw new PieceworkError('internal', `No request of the job names ${node.id}.`)
  const followUp = attempt.followUps.get(asked.request.action)
  if (!followUp) throw notRegistered(node, `follow-up "${asked.request.action}"`)
  const output = await followUp.run(await contextOf(attempt, asked))
  attempt.signal.throwIfAborted()
  if (output === undefined) return commit(attempt, {})
  return commit(attempt, { output: asJson(`What the follow-up "${followUp.name}" returned`, output) })
}

async function contextOf(
  attempt: AttemptContext,
  { key, list, request }: NonNullable<ReturnType<typeof followUpOf>>,
): Promise<FollowUpContext> {
  const { store, registry, signal, lease } = attempt
  const { job, node } = lease
  const before: JobNode[] = []
  for (let batch = job.batches + 1; batch < node.batch; batch++)
    before.push(...(await store.reports.nodes(job.id, { batch })))
  const failed = await failedPiece(attempt, job)
  const rolesOf = (format: string) => Object.keys(registry.formats.get(format)?.roles ?? {})
  return {
    key,
    list,
    input: request.input,
    job,
    ...(failed && { failed }),
    earlier: followUpResults(job, before),
    attempt: lease.attempt,
    signal,
    report: () => jobReport(store, job, rolesOf),
  }
}

async function failedPiece(
  { store }: AttemptContext,
  { id, error }: Job,
): Promise<FollowUpContext['failed']> {
  const node = error?.node === undefined ? undefined : await store.reports.node(id, error.node)
  const { piece, resource } = node ?? {}
  return piece !== undefined && resource ? { piece, resource } : undefined
}
