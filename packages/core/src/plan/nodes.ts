import { partNumber } from '../archive/part-path.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Input } from '../contracts/format.js'
import type { JobDelivery, JobRequest } from '../contracts/job-request.js'
import type { JobNode, NewNode } from '../contracts/nodes.js'
import type { ImportPartPlan, NodePart, PartPlan } from '../contracts/parts.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { planDefaults } from '../defaults.js'
import { deliverId } from '../outputs/deliveries.js'
import { assembleId, requestedOutputs } from '../outputs/requested-outputs.js'
import type { PiecesOf } from './applicable.js'
import { planBatches } from './plan.js'
import type { Registry } from './registry.js'
import { resourceName, walkTree } from './tree.js'

/** What a piece gives for parts of an export. */
export interface PlannedParts {
  readonly parts: readonly PartPlan[]
  /** Where the plan that follows goes on. Absent: these are the last. */
  readonly more?: unknown
  /** Of the plan that is common to them. */
  readonly planSha256?: string
}

/** Names of the pieces that reserve numbers before anything is made. */
type Numbered = ReadonlySet<string>

/**
 * One batch of exports, one that assembles each output, and one that delivers. Pieces that are exported in parts have a
 * plan there, which adds these.
 */
export function exportNodes(
  tree: ResourceTree,
  piecesOf: PiecesOf,
  { outputs, deliver = [] }: Pick<JobRequest, 'outputs' | 'deliver'> = {},
): { nodes: NewNode[]; batches: number } {
  const nodes = walkTree(tree).flatMap(({ ref }) =>
    piecesOf(ref).map((piece) => nodeOf(piece.exporter?.parts ? 'plan' : 'export', ref, piece, 0)),
  )
  const batch = nodes.length === 0 ? 0 : 1
  const assemblies = requestedOutputs({ outputs }).map(({ name }) => ({
    id: assembleId(name),
    task: 'assemble' as const,
    batch,
  }))
  const { nodes: deliveries, batches } = deliveryNodes(deliver, batch + 1)
  return { nodes: [...nodes, ...assemblies, ...deliveries], batches }
}

/** What the plan of an export adds to its own batch: a node for each part, or one for the whole. */
export function exportParts(
  { resource, batch, part: continued }: JobNode,
  piece: Piece,
  { parts, more, planSha256 }: PlannedParts,
): readonly NewNode[] {
  if (!resource) return []
  const whole = nodeOf('export', resource, piece, batch)
  const { number: first } = continued ?? { number: 1 }
  const next = first + parts.length
  if (next === 1) return [whole]
  const common = {
    ...(more === undefined && { of: next - 1 }),
    ...(planSha256 !== undefined && { planSha256 }),
  }
  const nodes = parts.map(({ range }, at) => partNode(whole, { number: first + at, range, ...common }))
  if (more === undefined) return nodes
  return [partNode(nodeOf('plan', resource, piece, batch), { number: next, range: more }), ...nodes]
}

/** What the plan of an import adds to later batches: a node for each part, or one for the whole. */
export function importParts(
  { resource, batch }: JobNode,
  piece: Piece,
  parts: readonly ImportPartPlan[],
): readonly NewNode[] {
  if (!resource) return []
  const whole = nodeOf('import', resource, piece, batch + 1)
  if (parts.length === 0) return [whole]
  return parts.map(({ range, rows, step = 1 }, at) => ({
    ...partNode(whole, {
      number: at + 1,
      of: parts.length,
      range,
      ...(rows !== undefined && { rows }),
    }),
    batch: batch + step,
  }))
}

const partNode = (whole: NewNode, part: NodePart): NewNode => ({
  ...whole,
  id: partId(whole.id, part.number),
  part,
})

/** Of the node that plans the parts of a piece of an export. */
export const planId = (resource: ResourceRef, piece: string): string =>
  nodeOf('plan', resource, { name: piece }, 0).id

/** Of the node that exports it as a whole. */
export const exportId = (resource: ResourceRef, piece: string): string =>
  nodeOf('export', resource, { name: piece }, 0).id

/** Sorts by number; 0 comes before the first. */
export const partId = (whole: string, number: number): string => `${whole}#${partNumber(number)}`

/** Those of what is made already, or in the batches before. */
export function deliveryNodes(
  deliveries: readonly JobDelivery[],
  batch = 0,
): { nodes: NewNode[]; batches: number } {
  const nodes = deliveries.map((delivery, place) => ({
    id: deliverId(place, delivery),
    task: 'deliver' as const,
    batch,
  }))
  return closed(nodes, nodes.length > 0 ? batch + 1 : batch)
}

/** Reserved numbers, the shells, then batches by the pieces' edges. */
export function cloneNodes(
  tree: ResourceTree,
  piecesOf: PiecesOf,
  numbered: Numbered,
): { nodes: NewNode[]; batches: number } {
  return filling('clone', tree, { piecesOf, stepsOf: () => 0, numbered, before: [] })
}

/** One batch of validations; for an import then what a clone has, too. */
export function inputNodes(
  registry: Registry,
  format: string,
  input: Input,
  kind: 'import' | 'validation',
  numbered: Numbered,
): { nodes: NewNode[]; batches: number } {
  const validations = input.nodes.map((node) => nodeOf('validate', node.resource, { name: node.piece }, 0))
  if (input.findings.length > 0 || validations.length === 0) {
    validations.push({ id: 'validate input', task: 'validate', batch: 0 })
  }
  if (kind === 'validation') return closed(validations, 1)
  const pieces = new Map<string, Piece[]>()
  const steps = new Map<string, number>()
  for (const { resource, piece: name, entries } of input.nodes) {
    const piece = registry.piece(format, name)
    const key = resourceName(resource)
    const own = pieces.get(key) ?? []
    if (piece) own.push(piece)
    pieces.set(key, own)
    if (piece) steps.set(`${key} ${name}`, stepsIn(piece, entries))
  }
  const piecesOf: PiecesOf = (ref) => pieces.get(resourceName(ref)) ?? []
  const stepsOf = (ref: ResourceRef, name: string) => steps.get(`${resourceName(ref)} ${name}`) ?? 0
  return filling('import', input.tree, { piecesOf, stepsOf, numbered, before: validations })
}

function stepsIn({ name, importer }: Piece, entries: Entries): number {
  const steps = importer?.parts?.steps(entries) ?? 0
  const { steps: most } = planDefaults
  if (Number.isInteger(steps) && steps >= 0 && steps <= most) return steps
  throw new PieceworkError('internal', `Piece ${name}: parts.steps() gives ${steps}, not 0 to ${most}.`)
}

interface Filling {
  readonly piecesOf: PiecesOf
  /** Of the parts of a piece; 0: it is filled as a whole. */
  readonly stepsOf: (ref: ResourceRef, piece: string) => number
  readonly numbered: Numbered
  /** Nodes of the batch before all others. */
  readonly before: readonly NewNode[]
}

function filling(
  task: 'import' | 'clone',
  tree: ResourceTree,
  { piecesOf, stepsOf, numbered, before }: Filling,
): { nodes: NewNode[]; batches: number } {
  const reservations = walkTree(tree).flatMap(({ ref }) =>
    piecesOf(ref).flatMap((piece) =>
      numbered.has(piece.name) ? nodeOf('keys', ref, piece, before.length > 0 ? 1 : 0) : [],
    ),
  )
  const first = (before.length > 0 ? 1 : 0) + (reservations.length > 0 ? 1 : 0)
  const planned = planBatches(tree, piecesOf, (ref, piece) => 1 + stepsOf(ref, piece))
  const nodes = planned.map(({ resource, piece, batch }): NewNode => {
    const steps = stepsOf(resource, piece)
    const own = piecesOf(resource).find(({ name }) => name === piece) ?? { name: piece }
    const node = nodeOf(steps > 0 ? 'plan' : task, resource, own, first + 1 + batch)
    return steps > 0 ? { ...node, steps } : node
  })
  const batches = nodes.reduce((last, { batch, steps = 0 }) => Math.max(last, batch + 1 + steps), first + 1)
  return closed(
    [...before, ...reservations, { id: 'shells', task: 'shells', batch: first }, ...nodes],
    batches,
  )
}

/** Those that write rows, or take numbers for them, say in which database. */
const writers: ReadonlySet<NewNode['task']> = new Set(['keys', 'import', 'clone'])

function nodeOf(
  task: NewNode['task'],
  resource: ResourceRef,
  { name, database }: Pick<Piece, 'name' | 'database'>,
  batch: number,
): NewNode {
  const { kind, id } = resource
  return {
    id: `${task} ${resourceName(resource)} ${name}`,
    task,
    batch,
    resource: { kind, id },
    piece: name,
    ...(database !== undefined && writers.has(task) && { database }),
  }
}

/** Of a job whose other nodes are not known yet. */
export function finishOnly(): { nodes: NewNode[]; batches: number } {
  return closed([], 0)
}

/** Every job ends with the same step. */
function closed(nodes: readonly NewNode[], batches: number): { nodes: NewNode[]; batches: number } {
  return { nodes: [...nodes, { id: 'finish', task: 'finish', batch: batches }], batches }
}
