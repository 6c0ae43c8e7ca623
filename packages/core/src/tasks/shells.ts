import type { Transaction } from '../contracts/database.js'
import type { NodeTask } from '../contracts/jobs.js'
import type { NewShell, Piece, ShellsContext } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { fromDraft } from '../drafts/draft-state.js'
import { assertNotTaken } from '../plan/draw-targets.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { inputNode } from '../requests/inputs.js'
import type { AttemptContext, TaskRunner } from './attempt-context.js'
import { checkKeys, piecesWithKeyChecks } from './check-keys.js'
import { openShellSession } from './open-session.js'
import { makeShells, refuseShelless } from './shells-of.js'

/** Makes what the job will fill. */
export const shellsTask: TaskRunner = async (attempt) => {
  const { job } = attempt.lease
  const filled = await filledTogether(attempt)
  const checked = await piecesWithKeyChecks(attempt)
  return attempt.store.attempts.run(
    attempt.lease,
    async (tx) => {
      refuseShelless(attempt.registry, job.tree)
      await checkKeys(attempt, checked, tx)
      await openShellSession(attempt, job, tx)
      // Shells of a draft are there already.
      if (!fromDraft(job)) await assertNotTaken(attempt.registry, tx, job.targets ?? [])
      await makeShells(attempt.registry, job, tx)
      for (const one of filled) await prepare(attempt, one, tx)
      return {}
    },
    { signal: attempt.signal },
  )
}

interface Filled {
  readonly task: NodeTask
  readonly piece: Piece
  readonly sources: readonly ResourceRef[]
}

/** Pieces that have something to prepare, with the resources that they will fill: two or more. */
async function filledTogether({ lease, store, registry }: AttemptContext): Promise<readonly Filled[]> {
  const { job } = lease
  if (job.tree.children.length === 0) return []
  const format = job.request.input?.format ?? 'archive'
  const filled = new Map<string, Filled & { readonly sources: ResourceRef[] }>()
  for (const { task, piece: name, resource } of await store.reports.nodes(job.id)) {
    const piece = name === undefined ? undefined : registry.piece(format, name)
    const does = task === 'import' ? piece?.importer : task === 'clone' ? piece?.cloner : undefined
    if (!piece || !resource || !does?.prepare) continue
    const one = filled.get(piece.name) ?? { task, piece, sources: [] }
    one.sources.push(resource)
    filled.set(piece.name, one)
  }
  return [...filled.values()].filter(({ sources }) => sources.length > 1)
}

async function prepare(attempt: AttemptContext, filled: Filled, tx: Transaction): Promise<void> {
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
