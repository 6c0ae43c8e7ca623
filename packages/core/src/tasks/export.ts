import { PieceworkError } from '../contracts/errors.js'
import { commit, type TaskRunner } from './attempt-context.js'
import { exportToStaging } from './export-to-staging.js'
import { reusable } from './reuse.js'

export const exportTask: TaskRunner = async (attempt) => {
  const { node } = attempt.lease
  const piece = attempt.registry.piece('archive', node.piece ?? '')
  if (!piece?.exporter || !node.resource)
    throw new PieceworkError('internal', `${node.id} cannot be exported.`)
  const reused = await reusable(attempt, piece.version)
  if (reused) return commit(attempt, reused)
  const { name, exporter, exportOnly, database } = piece
  const exporting = { name, exporter, database, ...(exportOnly && { exportOnly }) }
  const done = await exportToStaging(attempt, exporting, node.resource)
  const { version } = piece
  const counts = { ...done.counts, bytes: attempt.bytes.total }
  return commit(attempt, { ...done, counts, version, findings: attempt.findings.list() })
}
