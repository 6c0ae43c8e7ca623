import { isDeepStrictEqual } from 'node:util'
import type { NodeResult } from '../contracts/attempts.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Store } from '../contracts/store.js'
import { engineTimes, findingDefaults } from '../defaults.js'
import { isTerminal } from '../engine/machine.js'
import { isWhole } from '../retention/expiry.js'
import type { AttemptContext } from './attempt-context.js'

/**
 * What the job that this one retries has done for the same node, if doing it again would give the same: the
 * request and its principal are the same, the resource cannot have changed since that job was created, and
 * the bytes are still there. The present job's claim keeps it so.
 */
export async function reusable(attempt: AttemptContext, version: number): Promise<NodeResult | undefined> {
  const { store, artifacts, lease } = attempt
  const { job, node } = lease
  if (job.retryOf === undefined) return undefined
  const before = await store.jobs.get(job.retryOf)
  if (!before || !isTerminal(before.status) || before.kind !== 'export') return undefined
  const until = before.result.retryUntil?.getTime() ?? 0
  if (
    until < job.createdAt.getTime() + engineTimes.retryMarginMs ||
    !sameRequest(before, job, node.piece ?? '')
  )
    return undefined
  const done = await store.reports.node(before.id, node.id)
  if (done?.status !== 'done' || done.version !== version || !done.entries || !done.counts) return undefined
  // A part is what the same plan made of it.
  if (!isDeepStrictEqual(done.part, node.part)) return undefined
  if (store.moments && !(await isOfPlanAlone(store, done)) && !(await isOfOneMoment(attempt, before.id)))
    return undefined
  if (!(await store.reports.untouched(before.id))) return undefined
  for (const { artifact, deflatedSize } of done.entries) {
    if (!(await isWhole(artifacts, artifact, deflatedSize))) return undefined
  }
  const findings = await store.reports.findings(before.id, findingDefaults.readPerNode, node.id)
  const { counts, entries, output } = done
  return {
    counts,
    entries,
    version,
    findings,
    reusedFrom: before.id,
    ...(output !== undefined && { output }),
  }
}

/** Whether the part has asked nothing of the database: then the plan has made it, and it is the same at any moment. */
async function isOfPlanAlone({ reports }: Store, done: JobNode): Promise<boolean> {
  if (done.part?.planSha256 === undefined) return false
  let first: JobNode | undefined = done
  while (first?.reusedFrom !== undefined) first = await reports.node(first.reusedFrom, done.id)
  return first !== undefined && first.moment === undefined
}

/**
 * Whether all that the job before has read can be taken over as it is, and nothing has been read anew: the archive would
 * be of two moments.
 */
async function isOfOneMoment({ store, lease }: AttemptContext, before: string): Promise<boolean> {
  const { stages = [] } = (await store.reports.summary(before)) ?? {}
  const isRead = stages.every(
    ({ task, nodes, done }) => (task !== 'plan' && task !== 'export') || done === nodes,
  )
  return isRead && (await store.moments?.isTaken(lease.job.id)) === false
}

type Compared = Pick<AttemptContext['lease']['job'], 'tree' | 'principal' | 'request'>

function sameRequest(a: Compared, b: Compared, piece: string): boolean {
  const facts = ({ tree, principal, request }: Compared) => [tree, principal, request.options[piece]]
  return isDeepStrictEqual(facts(a), facts(b))
}
