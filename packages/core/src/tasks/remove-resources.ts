import type { Transaction } from '../contracts/database.js'
import type { Finding } from '../contracts/finding.js'
import type { Job } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceKind, ResourceRef } from '../contracts/resource.js'
import { isSequenceForm } from '../key-forms.js'
import { newRefs } from '../plan/new-ref-of.js'
import type { Registry } from '../plan/registry.js'
import { walkTree } from '../plan/tree.js'

type MadeBy = Pick<Job, 'id' | 'tree' | 'targets' | 'request'>

interface Made {
  readonly kind: ResourceKind
  /** Children first. */
  readonly resources: ResourceRef[]
}

/** Removes what a job has made, whatever the host's foreign keys: the rows of all pieces, then the shells. */
export async function removeResources(registry: Registry, job: MadeBy, tx: Transaction): Promise<void> {
  await removeRows(registry, job, tx)
  await removeShells(registry, job, tx)
}

export interface RowsRemoval {
  /** In which `tx` is. Absent: the store's. */
  readonly database?: string | undefined
  /** Of the kinds whose rows go. Absent: all. */
  readonly only?: (kind: ResourceKind) => boolean
  /** Takes what pieces find. */
  readonly finding?: (finding: Finding) => void
}

export async function removeRows(
  registry: Registry,
  job: MadeBy,
  tx: Transaction,
  { database, only = () => true, finding = () => {} }: RowsRemoval = {},
): Promise<void> {
  for (const made of madeBy(registry, job))
    if (only(made.kind)) await removeRowsOf(registry, job, made, { tx, database, finding })
}

/**
 * Removes the shells and all that goes with them, children first. `made`: whether the step that makes them was
 * done; if not, a row with a drawn id is not the job's.
 */
export async function removeShells(
  registry: Registry,
  job: MadeBy,
  tx: Transaction,
  { made = true }: { readonly made?: boolean } = {},
): Promise<void> {
  for (const { kind, resources } of madeBy(registry, job)) {
    if (!made && isSequenceForm(kind.key)) continue
    for (const resource of resources) await kind.shell?.remove(resource, tx)
  }
}

/** The job's resources by kind, kinds that are inside others first. */
function madeBy(registry: Registry, job: MadeBy): readonly Made[] {
  const newRef = newRefs(registry, job)
  const made = new Map<string, Made>()
  const places = walkTree(job.tree).sort((a, b) => b.lineage.length - a.lineage.length)
  for (const { ref } of places) {
    const { kind, resources } = made.get(ref.kind) ?? { kind: registry.kind(ref.kind), resources: [] }
    resources.push(newRef(ref))
    made.set(ref.kind, { kind, resources })
  }
  return [...made.values()]
}

interface Removal {
  readonly tx: Transaction
  readonly database: string | undefined
  readonly finding: (finding: Finding) => void
}

/**
 * Of all pieces that the host has there, not only of those that ran: a trigger of the host may have written for
 * others.
 */
async function removeRowsOf(
  registry: Registry,
  { request }: MadeBy,
  { kind, resources }: Made,
  { tx, database, finding }: Removal,
): Promise<void> {
  const pieces = piecesFor(registry, request).filter((piece) => piece.database === database)
  const context = { resources, table: kind.table, tablesAbove: tablesAbove(registry, kind), tx }
  for (const { name: piece, of, remover } of laterFirst(pieces))
    if (of === kind.kind)
      await remover?.remove({ ...context, finding: (found) => finding({ ...found, piece }) })
}

/** Those of archives, and those of the request's format. */
function piecesFor(registry: Registry, request: MadeBy['request']): readonly Piece[] {
  const ofFormat = registry.formats.get(request.input?.format ?? '')?.pieces ?? []
  return [...registry.pieces.values(), ...ofFormat]
}

/** Names of the databases beside the store's in which the job may have made rows. */
export function otherDatabases(registry: Registry, { request }: MadeBy): readonly string[] {
  const names = piecesFor(registry, request).flatMap(({ database }) => database ?? [])
  return [...new Set(names)].sort()
}

function tablesAbove({ kinds }: Registry, { parent }: ResourceKind): readonly string[] {
  const above = parent === undefined ? undefined : kinds.get(parent)
  return above ? [above.table, ...tablesAbove({ kinds } as Registry, above)] : []
}

/** Each piece before those that it comes `after`. */
function laterFirst(pieces: readonly Piece[]): readonly Piece[] {
  const known = new Map(pieces.map((piece) => [piece.name, piece]))
  const depths = new Map<string, number>()
  const depthOf = (name: string): number => {
    const before = (known.get(name)?.after ?? []).filter((other) => known.has(other))
    const depth = depths.get(name) ?? Math.max(0, ...before.map((other) => depthOf(other) + 1))
    depths.set(name, depth)
    return depth
  }
  return [...pieces].reverse().sort((a, b) => depthOf(b.name) - depthOf(a.name))
}
