import { PieceworkError } from '../contracts/errors.js'
import type { ImportPartPlan } from '../contracts/parts.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { formatOf } from '../plan/format-of.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { partNodes } from '../plan/nodes.js'
import { inputNode } from '../requests/inputs.js'
import { assertParts } from './assert-parts.js'
import { type AttemptContext, commit, pieceContext, type TaskRunner } from './attempt-context.js'
import { openSession } from './open-session.js'
import { readSource } from './read-source.js'
import { statedRows } from './stated-rows.js'

/** Asks a piece for the parts of one resource, and adds a node for each to the batches that follow. */
export const planTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const { resource } = node
  const piece = attempt.registry.piece(formatOf(job), node.piece ?? '')
  if (!piece || !resource) throw new PieceworkError('internal', `${node.id} cannot be planned.`)
  const task = job.kind === 'import' ? 'import' : 'export'
  const plan = task === 'import' ? importParts : exportParts
  return commit(attempt, { nodes: partNodes(task, node, await plan(attempt, piece, resource)) })
}

type Planner = (
  attempt: AttemptContext,
  piece: Piece,
  resource: ResourceRef,
) => Promise<readonly ImportPartPlan[]>

const exportParts: Planner = async (attempt, { name, exporter }, resource) => {
  const { value: parts } = await readSource(attempt, async (tx) =>
    exporter?.parts?.({ ...pieceContext(attempt, name, resource), tx }),
  )
  assertParts(name, parts, {})
  return parts
}

const importParts: Planner = async (attempt, { name, importer }, source) => {
  const { registry, inputs, store, signal, lease } = attempt
  const { job, node } = lease
  const { input } = job.request
  if (!input) throw new PieceworkError('internal', `${node.id} has no input.`)
  return inputs.use(job.id, input, signal, async (opened) => {
    const { entries } = inputNode(opened, source, name)
    const context = {
      ...pieceContext(attempt, name, newRefOf(registry, job, source)),
      ...carriedKinds(job),
      source,
      entries,
    }
    const parts = await store.database.transaction(
      async (tx) => {
        await openSession(attempt, tx)
        return importer?.parts?.plan({ ...context, tx })
      },
      { readOnly: true, signal },
    )
    assertParts(name, parts, { steps: node.steps, stated: statedRows(entries) })
    return parts
  })
}
