import { isDeepStrictEqual } from 'node:util'
import { PieceworkError } from '../contracts/errors.js'
import type { PartPlan } from '../contracts/parts.js'
import { planDefaults } from '../defaults.js'
import { partNodes } from '../plan/nodes.js'
import { commit, pieceContext, type TaskRunner } from './attempt-context.js'
import { readSource } from './read-source.js'

/** Asks a piece for the parts of one resource, and adds a node for each to the batch of exports. */
export const planTask: TaskRunner = async (attempt) => {
  const { node } = attempt.lease
  const { resource } = node
  const piece = attempt.registry.piece('archive', node.piece ?? '')
  const exporter = piece?.exporter
  if (!piece || !exporter?.parts || !resource)
    throw new PieceworkError('internal', `${node.id} cannot be planned.`)
  const { value: parts } = await readSource(attempt, async (tx) =>
    exporter.parts?.({ ...pieceContext(attempt, piece.name, resource), tx }),
  )
  assertParts(piece.name, parts)
  return commit(attempt, { nodes: partNodes(node, parts) })
}

function assertParts(name: string, parts: readonly PartPlan[] | undefined): asserts parts {
  const refuse = (what: string): never => {
    throw new PieceworkError('internal', `Piece ${name}: ${what}.`)
  }
  if (!Array.isArray(parts)) return refuse('parts() gives no list')
  const { parts: most } = planDefaults
  if (parts.length > most) refuse(`parts() gives ${parts.length} parts, and ${most} is the most`)
  for (const [at, part] of (parts as readonly PartPlan[]).entries())
    if (!isJson(part?.range)) refuse(`the range of part ${at + 1} is not plain JSON`)
}

/** As any store can keep it. */
function isJson(range: unknown): boolean {
  const json = JSON.stringify(range)
  return json !== undefined && !json.includes('\\u0000') && isDeepStrictEqual(JSON.parse(json), range)
}
