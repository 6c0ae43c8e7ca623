import type { NodeResult } from '../contracts/attempts.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { KeyRange } from '../contracts/keys.js'
import type { Piece } from '../contracts/piece.js'
import type { KeysContext } from '../contracts/piece-keys.js'
import type { ResourceRef } from '../contracts/resource.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { formatOf } from '../plan/format-of.js'
import { keyName } from '../plan/key-names.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { inputNode } from '../requests/inputs.js'
import { type AttemptContext, pieceContext, type TaskRunner } from './attempt-context.js'
import { reservedRanges } from './attempt-ids.js'
import { Begun } from './begun.js'
import { keyTwice } from './key-twice.js'

/** Reserves the numbers that one piece of one resource will give to its rows. */
export const keysTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const { input } = job.request
  const piece = attempt.registry.piece(formatOf(job), node.piece ?? '')
  const { resource } = node
  if (!piece?.keys?.reserve || !resource) throw new PieceworkError('internal', `${node.id} reserves no keys.`)
  if (!input) return reserve(attempt, piece, resource)
  return attempt.inputs.use(job.id, input, attempt.signal, (opened) =>
    reserve(attempt, piece, resource, inputNode(opened, resource, piece.name).entries),
  )
}

function reserve(attempt: AttemptContext, piece: Piece, source: ResourceRef, entries?: Entries) {
  const { lease, registry, store, signal } = attempt
  const work = async (tx: KeysContext['tx']): Promise<NodeResult> => {
    const begun = new Begun()
    const add = async (given: string, ranges: readonly KeyRange[]): Promise<void> => {
      const table = keyName(given, registry.declaredTables)
      if (!(await store.keys.add(lease, table, ranges, tx))) throw keyTwice(lease.job, table)
    }
    await piece.keys?.reserve?.({
      ...pieceContext(attempt, piece.name, newRefOf(registry, lease.job, source)),
      ...carriedKinds(lease.job),
      ...(entries && { entries }),
      source,
      tx,
      add: (given, ranges) => begun.noticed(add(given, ranges)),
      reserved: (given) => reservedRanges(attempt, keyName(given, registry.declaredTables), tx),
      finding: (finding: NewFinding) => attempt.findings.add({ ...finding, piece: piece.name }),
    })
    await begun.all()
    return { findings: attempt.findings.list() }
  }
  return store.attempts.run(lease, work, { signal })
}
