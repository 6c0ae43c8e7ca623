import type { Claim, Edit, Holder } from '../contracts/guard.js'
import type { AskedBy } from '../contracts/principal.js'
import { jobArguments } from '../handle/job-arguments.js'
import { type EditOptions, type Guarded, guardArguments } from './guard-arguments.js'
import { guardedPaths, type HostGuardDeps, type NamedResource } from './guarded-paths.js'

/**
 * Exclusion for the host's own work. Jobs hold their resources by themselves. A resource that is not there is
 * `resource-not-found`.
 */
export interface HostGuard {
  /**
   * For the host's own long jobs: all or none, until released; `resource-busy` names the holder in the way.
   */
  claim(
    resources: readonly Guarded[],
    holder: { readonly id: string; readonly kind: string },
    by?: AskedBy,
  ): Promise<Claim>
  /**
   * Runs `edit` while no job holds the resource, its ancestors or descendants. The hold lapses after
   * `leaseMs` (default: `storeDefaults.editLeaseMs`): what was written later may be half in a job, so
   * `hold.check()` before the last write, and `edit` at its end, throw `lease-lost`. With `tx`, the host's
   * own transaction, it lasts until that ends, and cannot lapse.
   */
  edit<T>(resource: Guarded, edit: (hold: Edit) => Promise<T>, options?: EditOptions): Promise<T>
  /** Throws `resource-busy` while a claim overlaps. */
  checkEditable(resource: Guarded, by?: AskedBy): Promise<void>
  /**
   * Frees what `claim` has given to the holder of this id, in this process or in one that died: for a host
   * that restarts and knows the id of its run. Idempotent; a job's claim is never freed so.
   */
  release(holder: string, by?: AskedBy): Promise<void>
  /**
   * Holders of the claims and edits that keep others out, the oldest first; empty if the resource is free.
   */
  holders(resource: Guarded, by: AskedBy): Promise<readonly Holder[]>
}

/** A guard that knows the host's kinds: a path that leads nowhere protects nothing, so it is refused. */
export function hostGuard({ guard, registry, db, allow }: HostGuardDeps): HostGuard {
  const { allowed, lineOf, pathOf } = guardedPaths({ guard, registry, db, allow })
  return {
    claim: async (given, holder, by) => {
      const { resources, ...checked } = guardArguments.claim(given, holder)
      const principal = jobArguments.principal('guard.claim()', by)
      const refs: NamedResource[] = []
      for (const one of resources) refs.push(await allowed(one, 'claim', principal))
      return guard.claim(await Promise.all(refs.map((one) => pathOf(one))), checked.holder)
    },
    edit: async (resource, edit, options) => {
      const { principal, ...checked } = guardArguments.edit(resource, edit, options)
      const ref = await allowed(resource, 'edit', principal, checked.tx)
      return guard.edit(await pathOf(ref, checked.tx), edit, checked)
    },
    checkEditable: async (given, by) => {
      const resource = guardArguments.resource('guard.checkEditable()', given)
      const principal = jobArguments.principal('guard.checkEditable()', by)
      return guard.checkEditable(await pathOf(await allowed(resource, 'edit', principal)))
    },
    release: async (given, by) => {
      const holder = guardArguments.holder(given)
      const principal = jobArguments.principal('guard.release()', by)
      await allow(principal, 'release', undefined, undefined, { holder })
      return guard.release(holder)
    },
    holders: async (given, by) => {
      const resource = guardArguments.resource('guard.holders()', given)
      const principal = jobArguments.principal('guard.holders()', by)
      return guard.holders(await lineOf(await allowed(resource, 'view', principal)))
    },
  }
}
