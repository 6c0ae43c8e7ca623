import { PieceworkError } from '../../contracts/errors.js'
import { exportToStaging } from '../staging.js'
import type { TaskOf } from '../work.js'

export const exportTask: TaskOf = async (work) => {
  const { node } = work.lease
  const piece = work.registry.piece('archive', node.piece ?? '')
  if (!piece?.exporter || !node.resource)
    throw new PieceworkError('internal', `${node.id} cannot be exported.`)
  const done = await exportToStaging(work, { name: piece.name, exporter: piece.exporter }, node.resource)
  return work.store.attempts.run(work.lease, async () => ({ ...done, findings: work.findings.list() }))
}
