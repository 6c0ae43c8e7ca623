import type { NodeResult } from '../contracts/attempts.js'
import type { NewFinding } from '../contracts/finding.js'
import type { ResourceRef } from '../contracts/resource.js'
import { type AttemptContext, pieceContext } from './attempt-context.js'
import { type Exported, type Exporting, exportEntries } from './export-entries.js'
import { planOf } from './parts-plan.js'
import { readSource } from './read-source.js'
import { stagingKey } from './staging.js'

/** Runs an exporter on one snapshot, that of the job's moment in an export; its entries stand in the artifact store afterwards. */
export async function exportToStaging(
  attempt: AttemptContext,
  piece: Exporting,
  source: ResourceRef,
): Promise<Exported & Pick<NodeResult, 'moment'>> {
  const { artifacts, limits } = attempt
  const prefix = stagingKey(attempt)
  const { part } = attempt.lease.node
  const plan = await planOf(attempt, part)
  await removeCrashed(attempt)
  const context = {
    ...pieceContext(attempt, piece.name, source),
    ...(part && { part }),
    ...(plan && { plan: plan.value }),
    finding: (finding: NewFinding) => attempt.findings.add({ ...finding, piece: piece.name }),
  }
  const { value, moment } = await readSource(attempt, piece, (tx) =>
    exportEntries(piece, { ...context, tx }, { artifacts, prefix, limits, bytes: attempt.bytes }),
  )
  return { ...value, ...(moment !== undefined && { moment }) }
}

/** Deletes what a worker that died has staged of the same node: it cannot be committed any more. */
async function removeCrashed({ artifacts, lease }: AttemptContext): Promise<void> {
  // What cannot be deleted now goes with the job.
  if (lease.crashes > 0)
    await artifacts.delete(stagingKey({ lease: { ...lease, fence: lease.fence - 1 } })).catch(() => {})
}
