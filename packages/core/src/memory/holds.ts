import type { Holder, ResourcePath } from '../contracts/guard.js'
import { busy } from '../guard/busy.js'
import { overlaps } from '../guard/paths.js'

export interface Hold {
  readonly path: ResourcePath
  readonly holder: Holder
  readonly shared: boolean
  /** ms since epoch; Infinity for claims. */
  readonly until: number
  /** A claim of the host's, no job's. */
  readonly byHost: boolean
}

/** All or none; an `until` makes them shared edits. */
export function takeHolds(
  held: Set<Hold>,
  paths: readonly ResourcePath[],
  holder: Holder,
  {
    until = Number.POSITIVE_INFINITY,
    byHost = false,
  }: { readonly until?: number; readonly byHost?: boolean } = {},
): Hold[] {
  const shared = until !== Number.POSITIVE_INFINITY
  refuseBusy(held, paths, shared)
  const holds = paths.map((path) => ({ path, holder, shared, until, byHost }))
  for (const hold of holds) held.add(hold)
  return holds
}

export function refuseBusy(held: Set<Hold>, paths: readonly ResourcePath[], shared: boolean): void {
  for (const hold of held) {
    if (hold.until <= Date.now()) held.delete(hold)
    else if (!(shared && hold.shared)) {
      const path = paths.find((wanted) => overlaps(wanted, hold.path))
      if (path !== undefined) throw busy(path, hold.holder)
    }
  }
}
