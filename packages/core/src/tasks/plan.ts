import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import type { ImportPartPlan, PartPlan, PartsPlan, PartsSoFar } from '../contracts/parts.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { formatOf } from '../plan/format-of.js'
import { databaseOf } from '../plan/in-database.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { exportParts, importParts, type PlannedParts } from '../plan/nodes.js'
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

const soFarChecks: OptionChecks<PartsSoFar> = {
  parts: required(check.anything),
  more: required(check.anything),
}

/** Asks a piece for the parts of one resource, or for those that follow, and adds a node for each. */
export const planTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const { resource } = node
  const piece = attempt.registry.piece(formatOf(job), node.piece ?? '')
  if (!piece || !resource) throw new PieceworkError('internal', `${node.id} cannot be planned.`)
  if (job.kind === 'import')
    return commit(attempt, {
      nodes: importParts(node, piece, await plannedImport(attempt, piece, resource)),
    })
  const { plan, ...planned } = await plannedExport(attempt, piece, resource)
  if (!plan) return commit(attempt, { nodes: exportParts(node, piece, planned) })
  const nodes = exportParts(node, piece, { ...planned, planSha256: plan.sha256 })
  return commit(attempt, { nodes, entries: [plan] })
}

async function plannedExport(
  attempt: AttemptContext,
  piece: Piece,
  resource: ResourceRef,
): Promise<PlannedParts & { readonly plan?: StagedEntry }> {
  const { name, exporter } = piece
  const { number, range: from } = attempt.lease.node.part ?? { number: 1 }
  const { value: planned } = await readSource(attempt, piece, async (tx) =>
    exporter?.parts?.({
      ...pieceContext(attempt, name, resource),
      tx,
      number,
      ...(from !== undefined && { from }),
    }),
  )
  const what = `Piece ${name}: parts()`
  if (isListed(planned)) {
    assertParts(name, planned, { before: number - 1 })
    return { parts: planned }
  }
  if ('more' in planned) {
    const { parts, more } = checkOptions(what, planned, soFarChecks)
    assertParts(name, parts, { before: number - 1, more })
    return { parts, more }
  }
  const { parts, plan } = checkOptions(what, planned, commonChecks)
  assertParts(name, parts, {})
  if (parts.length === 0) throw new PieceworkError('internal', `${what} gives a plan and no parts.`)
  if (number > 1)
    throw new PieceworkError('internal', `${what} gives a plan behind parts that are without it.`)
  return { parts, plan: await stagePlan(attempt, name, plan) }
}

/** What is neither is refused with the lists. */
const isListed = (
  planned: readonly PartPlan[] | PartsPlan | PartsSoFar | undefined,
): planned is readonly PartPlan[] | undefined =>
  typeof planned !== 'object' || planned === null || Array.isArray(planned)

async function plannedImport(
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
