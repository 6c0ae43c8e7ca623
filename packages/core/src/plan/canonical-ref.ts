import type { Queryable } from '../contracts/database.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { isSequenceForm } from '../key-forms.js'
import { canonicalId } from './canonical-id.js'
import type { RegisteredKind } from './registered-kind.js'
import type { Registry } from './registry.js'
import { resourceNotFound } from './resource-not-found.js'
import { type SequenceFacts, sequenceFacts } from './sequence-facts.js'

/** Of the smallest integer type. */
const inEveryColumn = { least: -32_768n, most: 32_767n }

/**
 * The resource that a host has named, by the one spelling of its id. Throws `resource-not-found` for an id
 * that no row can have, before the host's own functions are asked for it.
 */
export async function canonicalRef(
  registry: Registry,
  db: Queryable,
  given: ResourceRef,
): Promise<ResourceRef> {
  const ref = registry.canonical(given)
  if (isSequenceForm(registry.kind(ref.kind).key) && !(await fits(registry, db, ref)))
    throw resourceNotFound(given)
  return ref
}

/**
 * An old id of an input by its one spelling, or as it is: another host may have had ids of another form, and
 * nothing is looked up by it.
 */
export function canonicalOldRef(registry: Registry, { kind, id }: ResourceRef): ResourceRef {
  return { kind, id: canonicalId(registry.kinds.get(kind)?.key ?? 'uuid', id) ?? id }
}

/** The same for all resources of a tree. */
export function canonicalTree(registry: Registry, tree: ResourceTree): ResourceTree {
  return {
    ...canonicalOldRef(registry, tree),
    children: tree.children.map((child) => canonicalTree(registry, child)),
  }
}

/** Of several resources that a host has named. */
export async function canonicalRefs(
  registry: Registry,
  db: Queryable,
  given: readonly ResourceRef[],
): Promise<readonly ResourceRef[]> {
  const refs: ResourceRef[] = []
  for (const one of given) refs.push(await canonicalRef(registry, db, one))
  return refs
}

type Range = Pick<SequenceFacts, 'least' | 'most'>

/** What the catalogue said last; asked again for what is outside, because a column may have been widened. */
const ranges = new WeakMap<RegisteredKind, Range>()

/** Whether the column of the kind's ids can hold it: a wider number is an error of the database. */
async function fits(registry: Registry, db: Queryable, { kind, id }: ResourceRef): Promise<boolean> {
  const value = BigInt(id)
  const isIn = ({ least, most }: Range): boolean => value >= least && value <= most
  const registered = registry.kind(kind)
  if (isIn(ranges.get(registered) ?? inEveryColumn)) return true
  const facts = await sequenceFacts(registered, db)
  if (!facts) return true
  ranges.set(registered, facts)
  return isIn(facts)
}
