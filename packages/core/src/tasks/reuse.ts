import { isDeepStrictEqual } from 'node:util'
import type { NodeResult } from '../contracts/attempts.js'
import { isTerminal } from '../engine/machine.js'
import { isWhole } from '../retention/expiry.js'
import type { AttemptContext } from './work.js'

/** A job created later than this before the end may have come when its bytes were being deleted: clocks differ. */
const marginMs = 60_000

/**
 * What the job that this one retries has done for the same node, where doing it again would give the same: the same was asked by the
 * same principal, nobody can have changed the resource since that job was created, and the bytes are still there. The
 * present job's claim keeps it so.
 */
export async function reusable(work: AttemptContext, version: number): Promise<NodeResult | undefined> {
  const { store, artifacts, lease } = work
  const { job, node } = lease
  if (job.retryOf === undefined) return undefined
  const before = await store.jobs.get(job.retryOf)
  if (!before || !isTerminal(before.status) || before.kind !== 'export') return undefined
  const until = before.result.retryUntil?.getTime() ?? 0
  if (until < job.createdAt.getTime() + marginMs || !sameRequest(before, job, node.piece ?? ''))
    return undefined
  const done = await store.reports.node(before.id, node.id)
  if (done?.status !== 'done' || done.version !== version || !done.entries || !done.counts) return undefined
  if (!(await store.reports.untouched(before.id))) return undefined
  for (const { artifact, deflatedSize } of done.entries) {
    if (!(await isWhole(artifacts, artifact, deflatedSize))) return undefined
  }
  const findings = await store.reports.findings(before.id, findingLimit, node.id)
  const { counts, entries } = done
  return { counts, entries, version, findings, reusedFrom: before.id }
}

/** More than one node leaves. */
const findingLimit = 10_000

type Compared = Pick<AttemptContext['lease']['job'], 'tree' | 'principal' | 'request'>

function sameRequest(a: Compared, b: Compared, piece: string): boolean {
  const facts = ({ tree, principal, request }: Compared) => [tree, principal, request.options[piece]]
  return isDeepStrictEqual(facts(a), facts(b))
}
