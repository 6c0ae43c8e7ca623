import type { Transaction } from '../contracts/database.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { newRefOf } from '../plan/new-ref-of.js'
import type { AttemptContext } from './attempt-context.js'
import { attemptIds } from './attempt-ids.js'

/** A piece of the job, and the exported resources that it fills. */
export interface FilledPiece {
  readonly piece: Piece
  readonly sources: readonly ResourceRef[]
}

/** Pieces that look at the job's numbers, if it has any; asked outside of the attempt's transaction. */
export async function piecesWithKeyChecks(attempt: AttemptContext): Promise<readonly FilledPiece[]> {
  const { lease, store, registry } = attempt
  const { job } = lease
  const nodes = await store.reports.nodes(job.id)
  if ((job.targets ?? []).length === 0 && !nodes.some(({ task }) => task === 'keys')) return []
  const filled = new Map<string, FilledPiece & { readonly sources: ResourceRef[] }>()
  for (const { task, piece: name, resource } of nodes) {
    if ((task !== 'import' && task !== 'clone') || name === undefined || !resource) continue
    const piece = registry.piece(job.request.input?.format ?? 'archive', name)
    if (!piece?.keys?.check) continue
    const one = filled.get(name) ?? { piece, sources: [] }
    one.sources.push(resource)
    filled.set(name, one)
  }
  return [...filled.values()]
}

/** Throws `keys-exhausted` before anything is made. */
export async function checkKeys(
  attempt: AttemptContext,
  filled: readonly FilledPiece[],
  tx: Transaction,
): Promise<void> {
  const { lease, registry } = attempt
  const { job } = lease
  const ids = attemptIds(attempt, tx)
  for (const { piece, sources } of filled) {
    const resources = sources.map((source) => newRefOf(registry, job, source))
    await piece.keys?.check?.({ resources, ids, tx, ...carriedKinds(job) })
  }
}
