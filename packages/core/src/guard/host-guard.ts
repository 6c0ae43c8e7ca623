import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Claim, Edit, Guard, Holder, ResourcePath } from '../contracts/guard.js'
import type { ResourceRef } from '../contracts/resource.js'
import { canonicalRef, canonicalRefs } from '../plan/canonical-ref.js'
import type { Registry } from '../plan/registry.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import { lineageOf } from '../plan/source.js'
import { type Guarded, guardArguments } from './guard-arguments.js'
import { resourcePath } from './paths.js'

/**
 * Exclusion for the host's own work. Jobs hold their resources by themselves. A resource that is not there is
 * `resource-not-found`.
 */
export interface HostGuard {
  /**
   * For the host's own long jobs: all or none, until released; `resource-busy` names the holder in the way.
   */
  claim(resources: readonly Guarded[], holder: { readonly id: string; readonly kind: string }): Promise<Claim>
  /**
   * Runs `edit` while no job holds the resource, its ancestors or descendants. The hold lapses after
   * `leaseMs` (default: `storeDefaults.editLeaseMs`): what was written later may be half in a job, so
   * `hold.check()` before the last write, and `edit` at its end, throw `lease-lost`. With `tx`, the host's
   * own transaction, it lasts until that ends, and cannot lapse.
   */
  edit<T>(
    resource: Guarded,
    edit: (hold: Edit) => Promise<T>,
    options?: { readonly leaseMs?: number; readonly tx?: Queryable },
  ): Promise<T>
  /** Throws `resource-busy` while a claim overlaps. */
  checkEditable(resource: Guarded): Promise<void>
  /**
   * Frees what `claim` has given to the holder of this id, in this process or in one that died: for a host
   * that restarts and knows the id of its run. Idempotent; a job's claim is never freed so.
   */
  release(holder: string): Promise<void>
  /**
   * Holders of the claims and edits that keep others out, the oldest first; empty if the resource is free.
   */
  holders(resource: Guarded): Promise<readonly Holder[]>
}

/** A guard that knows the host's kinds: a path that leads nowhere protects nothing, so it is refused. */
export function hostGuard(guard: Guard, registry: Registry, db: Queryable): HostGuard {
  const lineOf = async (given: Guarded, reader = db): Promise<ResourcePath> =>
    typeof given === 'string'
      ? resourcePath(await canonicalRefs(registry, reader, lineOfPath(registry, given)))
      : resourcePath(await lineageOf(registry, reader, await canonicalRef(registry, reader, given)))
  const pathOf = async (given: Guarded, reader = db): Promise<ResourcePath> => {
    const path = await lineOf(given, reader)
    if (typeof given === 'string') return path
    const resource = registry.canonical(given)
    if (await registry.kind(resource.kind).describe(resource, reader)) return path
    // A shell that is being filled is reported as busy; one that was never finished does not exist.
    await guard.checkEditable(path)
    throw resourceNotFound(resource)
  }
  return {
    claim: async (resources, holder) => {
      const checked = guardArguments.claim(resources, holder)
      return guard.claim(await Promise.all(checked.resources.map((one) => pathOf(one))), checked.holder)
    },
    edit: async (resource, edit, options) => {
      const checked = guardArguments.edit(resource, edit, options)
      return guard.edit(await pathOf(resource, checked?.tx), edit, checked)
    },
    checkEditable: async (resource) =>
      guard.checkEditable(await pathOf(guardArguments.resource('guard.checkEditable()', resource))),
    release: async (holder) => guard.release(guardArguments.holder(holder)),
    holders: async (resource) =>
      guard.holders(await lineOf(guardArguments.resource('guard.holders()', resource))),
  }
}

/** The resources of a path, root first. */
function lineOfPath(registry: Registry, path: ResourcePath): readonly ResourceRef[] {
  let above: string | undefined
  return path.split('/').map((segment) => {
    const [kind = '', id = '', ...more] = segment.split(':').map(decoded)
    const known = registry.kinds.get(kind)
    if (id === '' || more.length > 0 || !known || known.parent !== above) {
      throw new PieceworkError(
        'options-invalid',
        `"${path}" is no path of a resource, such as "project:1/scenario:2".`,
      )
    }
    above = kind
    return { kind, id }
  })
}

/** Empty if it is not well-formed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
