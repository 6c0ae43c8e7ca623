import { stagedEntries } from '../archive/stage.js'
import { PieceworkError } from '../contracts/errors.js'
import { connection, importEntries } from './import.js'
import { exportToStaging } from './staging.js'
import { newRefOf, pieceContext, type TaskRunner } from './work.js'

/** By the piece's own cloner, or else through staged entries with the same ids. */
export const cloneTask: TaskRunner = async (work) => {
  const { job, node } = work.lease
  const piece = work.registry.piece('archive', node.piece ?? '')
  const source = node.resource
  if (!piece || !source) throw new PieceworkError('internal', `${node.id} cannot be cloned.`)
  const { cloner, exporter } = piece
  const options = { signal: work.signal }
  if (cloner) {
    return work.store.attempts.run(
      work.lease,
      async (tx) => {
        const target = newRefOf(work.registry, job, source)
        const context = { ...pieceContext(work, piece.name, target), ...connection(work, tx), source }
        return { counts: await cloner.clone(context), findings: work.findings.list() }
      },
      options,
    )
  }
  if (!exporter) throw new PieceworkError('internal', `Piece ${piece.name} cannot be cloned.`)
  const staged = await exportToStaging(work, { name: piece.name, exporter }, source)
  const entries = stagedEntries(work.artifacts, staged.entries)
  return work.store.attempts.run(
    work.lease,
    async (tx) => ({
      counts: await importEntries(work, piece, source, entries, tx),
      findings: work.findings.list(),
    }),
    options,
  )
}
