import type { Transaction } from '../contracts/database.js'
import type { NewShell, ShellsContext } from '../contracts/piece.js'
import { fromDraft } from '../drafts/draft-state.js'
import { allNodes } from '../engine/node-pages.js'
import { assertNotTaken } from '../plan/draw-targets.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { inputNode } from '../requests/inputs.js'
import type { AttemptContext, TaskRunner } from './attempt-context.js'
import { checkKeys } from './check-keys.js'
import { type FilledPiece, filledPieces } from './filled-pieces.js'
import { openShellSession } from './open-session.js'
import { makeShells, refuseShelless } from './shells-of.js'

/** Makes what the job will fill. */
export const shellsTask: TaskRunner = async (attempt) => {
  const { job } = attempt.lease
  const nodes = await allNodes(attempt.store.reports, job.id)
  const filled = filledPieces(attempt, nodes)
  const hasNumbers = (job.targets ?? []).length > 0 || nodes.some(({ task }) => task === 'keys')
  return attempt.store.attempts.run(
    attempt.lease,
    async (tx) => {
      refuseShelless(attempt.registry, job.tree)
      if (hasNumbers) await checkKeys(attempt, filled, tx)
      await openShellSession(attempt, job, tx)
      // Shells of a draft are there already.
      if (!fromDraft(job)) await assertNotTaken(attempt.registry, tx, job.targets ?? [])
      await makeShells(attempt.registry, job, tx)
      for (const one of filledTogether(filled)) await prepare(attempt, one, tx)
      return {}
    },
    { signal: attempt.signal },
  )
}

/** Pieces that have something to prepare, with the resources that they will fill: two or more. */
function filledTogether(filled: readonly FilledPiece[]): readonly FilledPiece[] {
  return filled.filter(({ task, piece, sources }) => {
    const does = task === 'import' ? piece.importer : piece.cloner
    return sources.length > 1 && piece.database === undefined && does?.prepare
  })
}

async function prepare(attempt: AttemptContext, filled: FilledPiece, tx: Transaction): Promise<void> {
  const { lease, registry, inputs, signal } = attempt
  const { job } = lease
  const { task, piece, sources } = filled
  const shells = sources.map((source): NewShell => ({ source, resource: newRefOf(registry, job, source) }))
  if (task === 'clone') return piece.cloner?.prepare?.({ shells, tx })
  const { input } = job.request
  if (!input) return
  await inputs.use(job.id, input, signal, async (opened) => {
    const read = shells.map((shell) => ({
      ...shell,
      entries: inputNode(opened, shell.source, piece.name).entries,
    }))
    const context: ShellsContext<(typeof read)[number]> = { shells: read, tx }
    await piece.importer?.prepare?.(context)
  })
}
