import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import type { ImportPartPlan, PartPlan, PartsPlan } from '../contracts/parts.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { formatOf } from '../plan/format-of.js'
import { databaseOf } from '../plan/in-database.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { partNodes } from '../plan/nodes.js'
import { inputNode } from '../requests/inputs.js'
import { assertParts } from './assert-parts.js'
import { type AttemptContext, commit, pieceContext, type TaskRunner } from './attempt-context.js'
import { openSession } from './open-session.js'
import { stagePlan } from './parts-plan.js'
import { readSource } from './read-source.js'
import { statedRows } from './stated-rows.js'

const commonChecks: OptionChecks<PartsPlan> = {
  plan: required(check.anything),
  parts: required(check.anything),
}

/** Asks a piece for the parts of one resource, and adds a node for each to the batches that follow. */
export const planTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const { resource } = node
  const piece = attempt.registry.piece(formatOf(job), node.piece ?? '')
  if (!piece || !resource) throw new PieceworkError('internal', `${node.id} cannot be planned.`)
  if (job.kind === 'import')
    return commit(attempt, {
      nodes: partNodes('import', node, piece, await importParts(attempt, piece, resource)),
    })
  const { parts, plan } = await exportParts(attempt, piece, resource)
  if (!plan) return commit(attempt, { nodes: partNodes('export', node, piece, parts) })
  return commit(attempt, { nodes: partNodes('export', node, piece, parts, plan.sha256), entries: [plan] })
}

async function exportParts(
  attempt: AttemptContext,
  piece: Piece,
  resource: ResourceRef,
): Promise<{ readonly parts: readonly PartPlan[]; readonly plan?: StagedEntry }> {
  const { name, exporter } = piece
  const { value: planned } = await readSource(attempt, piece, async (tx) =>
    exporter?.parts?.({ ...pieceContext(attempt, name, resource), tx }),
  )
  const common = isPartsPlan(planned)
    ? checkOptions(`Piece ${name}: parts()`, planned, commonChecks)
    : undefined
  const parts = common ? common.parts : (planned as readonly PartPlan[] | undefined)
  assertParts(name, parts, {})
  if (!common) return { parts }
  if (parts.length === 0)
    throw new PieceworkError('internal', `Piece ${name}: parts() gives a plan and no parts.`)
  return { parts, plan: await stagePlan(attempt, name, common.plan) }
}

const isPartsPlan = (planned: unknown): planned is PartsPlan =>
  typeof planned === 'object' && planned !== null && !Array.isArray(planned)

async function importParts(
  attempt: AttemptContext,
  { name, importer, database }: Piece,
  source: ResourceRef,
): Promise<readonly ImportPartPlan[]> {
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
    const parts = await databaseOf(store, database).transaction(
      async (tx) => {
        await openSession(attempt, tx, database)
        return importer?.parts?.plan({ ...context, tx })
      },
      { readOnly: true, signal },
    )
    assertParts(name, parts, { steps: node.steps, stated: statedRows(entries) })
    return parts
  })
}
