import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Input } from '../contracts/format.js'
import type { NewNode } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { planBatches } from '../plan/plan.js'
import type { Registry } from '../plan/registry.js'
import { resourceName, sameResource, walkTree } from '../plan/tree.js'

/** The source and what of it is chosen; unknown children are an error. */
export async function readTree(
  registry: Registry,
  db: Queryable,
  root: ResourceRef,
  chosen: readonly ResourceRef[] | undefined,
): Promise<ResourceTree> {
  const kind = registry.kind(root.kind)
  if (!(await kind.describe(root, db))) throw notFound(root)
  const missing = new Set(chosen?.map(resourceName))
  const read = async (ref: ResourceRef): Promise<ResourceTree> => {
    const children: ResourceTree[] = []
    for (const child of (await registry.kind(ref.kind).children?.(ref, db)) ?? []) {
      missing.delete(resourceName(child))
      if (!chosen || chosen.some((one) => sameResource(one, child))) children.push(await read(child))
    }
    return { kind: ref.kind, id: ref.id, children }
  }
  const tree = await read(root)
  if (missing.size > 0) {
    const names = [...missing].join(', ')
    throw new PieceworkError('resource-not-found', `${resourceName(root)} holds no ${names}.`)
  }
  return tree
}

/** The resource and its ancestors, root first. */
export async function readLine(registry: Registry, db: Queryable, ref: ResourceRef): Promise<ResourceRef[]> {
  const line = [ref]
  for (let at = ref; ; ) {
    const parent = await registry.kind(at.kind).parentOf?.(at, db)
    if (!parent) return line
    line.unshift(parent)
    at = parent
  }
}

export function notFound(ref: ResourceRef): PieceworkError {
  return new PieceworkError('resource-not-found', `There is no ${ref.kind} ${ref.id}.`)
}

/** Options by piece name, parsed by the pieces' own schemas; a name that no piece has is an error. */
export function parseOptions(
  pieces: Iterable<Piece>,
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const parsed: Record<string, unknown> = {}
  const unknown = new Set(Object.keys(given))
  for (const piece of pieces) {
    const value = unknown.delete(piece.name) ? given[piece.name] : undefined
    if (!piece.options) {
      if (value !== undefined)
        throw new PieceworkError('options-invalid', `Piece "${piece.name}" takes no options.`)
      continue
    }
    try {
      parsed[piece.name] = piece.options.parse(value ?? {})
    } catch (cause) {
      throw new PieceworkError('options-invalid', `The options of piece "${piece.name}" are not valid.`, {
        cause,
      })
    }
  }
  if (unknown.size > 0)
    throw new PieceworkError('options-invalid', `There is no piece ${[...unknown].join(', ')}.`)
  return parsed
}

/** Pieces of each resource of a tree that the job will run. */
export type PiecesOf = (ref: ResourceRef) => readonly Piece[]

/** Asks each piece whether it has anything to carry. */
export async function applicable(
  tree: ResourceTree,
  pieces: Iterable<Piece>,
  context: {
    readonly jobId: string
    readonly principal: Principal
    readonly options: Readonly<Record<string, unknown>>
    readonly db: Queryable
  },
): Promise<PiecesOf> {
  const all = [...pieces]
  const byResource = new Map<string, Piece[]>()
  const { signal } = new AbortController()
  for (const { ref } of walkTree(tree)) {
    const own: Piece[] = []
    for (const piece of all) {
      if (piece.of !== ref.kind) continue
      const { db, jobId, principal, options } = context
      const asked = { jobId, principal, signal, db, resource: ref, options: options[piece.name] }
      if (!piece.applies || (await piece.applies(asked))) own.push(piece)
    }
    byResource.set(resourceName(ref), own)
  }
  return (ref) => byResource.get(resourceName(ref)) ?? []
}

/** One batch of exports, then the assembly. */
export function exportNodes(tree: ResourceTree, piecesOf: PiecesOf): { nodes: NewNode[]; batches: number } {
  const nodes = walkTree(tree).flatMap(({ ref }) =>
    piecesOf(ref).map((piece) => nodeOf('export', ref, piece.name, 0)),
  )
  if (nodes.length === 0) return closed([{ id: 'assemble', task: 'assemble', batch: 0 }], 1)
  return closed([...nodes, { id: 'assemble', task: 'assemble', batch: 1 }], 2)
}

/** The shells, then batches by the pieces' edges. */
export function cloneNodes(tree: ResourceTree, piecesOf: PiecesOf): { nodes: NewNode[]; batches: number } {
  return filling('clone', tree, piecesOf, [])
}

/** One batch of validations; for an import then the shells and batches by the pieces' edges. */
export function inputNodes(
  registry: Registry,
  format: string,
  input: Input,
  kind: 'import' | 'validation',
): { nodes: NewNode[]; batches: number } {
  const validations = input.nodes.map((node) => nodeOf('validate', node.resource, node.piece, 0))
  if (input.findings.length > 0 || validations.length === 0) {
    validations.push({ id: 'validate input', task: 'validate', batch: 0 })
  }
  if (kind === 'validation') return closed(validations, 1)
  const piecesOf: PiecesOf = (ref) =>
    input.nodes
      .filter((node) => sameResource(node.resource, ref))
      .flatMap((node) => registry.piece(format, node.piece) ?? [])
  return filling('import', input.tree, piecesOf, validations)
}

function filling(
  task: 'import' | 'clone',
  tree: ResourceTree,
  piecesOf: PiecesOf,
  before: readonly NewNode[],
): { nodes: NewNode[]; batches: number } {
  const first = before.length > 0 ? 1 : 0
  const planned = planBatches(tree, piecesOf)
  const nodes = planned.map(({ resource, piece, batch }) => nodeOf(task, resource, piece, first + 1 + batch))
  const batches = nodes.reduce((last, node) => Math.max(last, node.batch + 1), first + 1)
  return closed([...before, { id: 'shells', task: 'shells', batch: first }, ...nodes], batches)
}

function nodeOf(task: NewNode['task'], resource: ResourceRef, piece: string, batch: number): NewNode {
  const { kind, id } = resource
  return { id: `${task} ${resourceName(resource)} ${piece}`, task, batch, resource: { kind, id }, piece }
}

/** Every job ends with the same step. */
function closed(nodes: readonly NewNode[], batches: number): { nodes: NewNode[]; batches: number } {
  return { nodes: [...nodes, { id: 'finish', task: 'finish', batch: batches }], batches }
}
