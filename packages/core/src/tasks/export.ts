import { PieceworkError } from '../contracts/errors.js'
import { reusable } from './reuse.js'
import { exportToStaging } from './staging.js'
import { commit, type TaskRunner } from './work.js'

export const exportTask: TaskRunner = async (work) => {
  const { node } = work.lease
  const piece = work.registry.piece('archive', node.piece ?? '')
  if (!piece?.exporter || !node.resource)
    throw new PieceworkError('internal', `${node.id} cannot be exported.`)
  const reused = await reusable(work, piece.version)
  if (reused) return commit(work, reused)
  const done = await exportToStaging(work, { name: piece.name, exporter: piece.exporter }, node.resource)
  const { version } = piece
  const counts = { ...done.counts, bytes: work.bytes.total }
  return commit(work, { ...done, counts, version, findings: work.findings.list() })
}
