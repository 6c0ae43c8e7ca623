import type { Environment } from '../contracts/environment.js'
import type { Holder, ResourcePath } from '../contracts/guard.js'
import { overlaps } from '../guard/paths.js'
import { resourceBusy } from '../guard/resource-busy.js'

export interface Hold {
  readonly path: ResourcePath
  readonly holder: Holder
  readonly shared: boolean
  /** ms since epoch; Infinity for claims. */
  readonly until: number
  /** A claim of the host's, no job's. */
  readonly byHost: boolean
}

/** Claims and edits of the in-memory store. */
export class MemoryHolds {
  readonly #environment: Environment
  readonly #holds = new Set<Hold>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** All or none; an `until` makes them shared edits. Throws `resource-busy`. */
  take(
    paths: readonly ResourcePath[],
    holder: Holder,
    {
      until = Number.POSITIVE_INFINITY,
      byHost = false,
    }: { readonly until?: number; readonly byHost?: boolean } = {},
  ): Hold[] {
    const shared = until !== Number.POSITIVE_INFINITY
    this.assertFree(paths, { shared })
    const holds = paths.map((path) => ({ path, holder, shared, until, byHost }))
    for (const hold of holds) this.#holds.add(hold)
    return holds
  }

  /** Throws `resource-busy`. Shared holds do not exclude each other. */
  assertFree(paths: readonly ResourcePath[], { shared }: { readonly shared: boolean }): void {
    for (const hold of this.#holds) {
      if (hold.until <= this.#environment.now()) this.#holds.delete(hold)
      else if (!(shared && hold.shared)) {
        const path = paths.find((wanted) => overlaps(wanted, hold.path))
        if (path !== undefined) throw resourceBusy(path, hold.holder)
      }
    }
  }

  isLive(hold: Hold): boolean {
    return this.#holds.has(hold) && hold.until > this.#environment.now()
  }

  free(hold: Hold): void {
    this.#holds.delete(hold)
  }

  /** Frees what this holder has, claims of the host's or those of a job. */
  freeAll(holder: string, { byHost }: { readonly byHost: boolean }): readonly ResourcePath[] {
    const own = [...this.#holds].filter((hold) => hold.holder.id === holder && hold.byHost === byHost)
    for (const hold of own) this.#holds.delete(hold)
    return own.map(({ path }) => path)
  }

  /** Oldest first. */
  holdersOf(path: ResourcePath): readonly Holder[] {
    const live = [...this.#holds].filter((hold) => this.isLive(hold) && overlaps(path, hold.path))
    const holders = new Set(live.map(({ holder }) => holder))
    return [...holders].sort((a, b) => a.since.getTime() - b.since.getTime())
  }
}
