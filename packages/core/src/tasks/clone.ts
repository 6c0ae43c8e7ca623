import { stagedEntries } from '../archive/stage.js'
import { PieceworkError } from '../contracts/errors.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { pieceContext, type TaskRunner } from './attempt-context.js'
import { exportToStaging } from './export-to-staging.js'
import { connection, importEntries } from './import.js'
import { openSession } from './open-session.js'
import { keepSummary } from './verify.js'

/** By the piece's own cloner, or else through staged entries with the same ids. */
export const cloneTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const piece = attempt.registry.piece('archive', node.piece ?? '')
  const source = node.resource
  if (!piece || !source) throw new PieceworkError('internal', `${node.id} cannot be cloned.`)
  const { cloner, exporter } = piece
  const options = { signal: attempt.signal }
  if (cloner) {
    return attempt.store.attempts.run(
      attempt.lease,
      async (tx) => {
        await openSession(attempt, tx)
        const target = newRefOf(attempt.registry, job, source)
        const context = { ...pieceContext(attempt, piece.name, target), ...connection(attempt, tx), source }
        const counts = await cloner.clone(context)
        await keepSummary(attempt, piece, source, tx)
        return { counts, findings: attempt.findings.list() }
      },
      options,
    )
  }
  if (!exporter) throw new PieceworkError('internal', `Piece ${piece.name} cannot be cloned.`)
  const staged = await exportToStaging(
    attempt,
    { name: piece.name, exporter, database: piece.database },
    source,
  )
  const entries = stagedEntries(attempt.artifacts, staged.entries)
  return attempt.store.attempts.run(
    attempt.lease,
    async (tx) => ({
      counts: await importEntries(attempt, piece, source, entries, tx),
      findings: attempt.findings.list(),
    }),
    options,
  )
}
