import { randomUUID } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import type { Guard, Holder, ResourcePath } from '../contracts/guard.js'
import { overlaps } from '../guard/paths.js'
import type { Hold, MemoryState } from './state.js'

export function memoryGuard(state: MemoryState): Guard {
  return {
    claim: async (paths, { id, kind }) => {
      const holds = takeHolds(state, paths, { id, kind, since: new Date() }, { byHost: true })
      state.touch(paths)
      return {
        release: async () => {
          for (const hold of holds) state.holds.delete(hold)
        },
      }
    },
    edit: async (path, edit, { leaseMs = 30_000 } = {}) => {
      const holder: Holder = { id: randomUUID(), kind: 'edit', since: new Date() }
      const [hold] = takeHolds(state, [path], holder, { until: Date.now() + leaseMs }) as [Hold]
      state.touch([path])
      const check = async (): Promise<void> => {
        if (hold.until > Date.now() && state.holds.has(hold)) return
        throw new PieceworkError('lease-lost', `The edit of ${path} took longer than its ${leaseMs} ms.`)
      }
      try {
        const done = await edit({ check })
        await check()
        return done
      } finally {
        state.holds.delete(hold)
      }
    },
    checkEditable: async (path) => {
      refuseBusy(state, [path], true)
      state.touch([path])
    },
    release: async (holder) => {
      for (const hold of state.holds) if (hold.byHost && hold.holder.id === holder) state.holds.delete(hold)
    },
    holders: async (path) => {
      const live = [...state.holds].filter((hold) => hold.until > Date.now() && overlaps(path, hold.path))
      const holders = new Set(live.map(({ holder }) => holder))
      return [...holders].sort((a, b) => a.since.getTime() - b.since.getTime())
    },
  }
}

/** All or none; an `until` makes them shared edits. */
export function takeHolds(
  state: MemoryState,
  paths: readonly ResourcePath[],
  holder: Holder,
  {
    until = Number.POSITIVE_INFINITY,
    byHost = false,
  }: { readonly until?: number; readonly byHost?: boolean } = {},
): Hold[] {
  const shared = until !== Number.POSITIVE_INFINITY
  refuseBusy(state, paths, shared)
  const holds = paths.map((path) => ({ path, holder, shared, until, byHost }))
  for (const hold of holds) state.holds.add(hold)
  return holds
}

function refuseBusy(state: MemoryState, paths: readonly ResourcePath[], shared: boolean): void {
  for (const hold of state.holds) {
    if (hold.until <= Date.now()) state.holds.delete(hold)
    else if (!(shared && hold.shared)) {
      const path = paths.find((wanted) => overlaps(wanted, hold.path))
      if (path !== undefined) throw busy(path, hold.holder)
    }
  }
}

/** The refusal that every store gives. */
export function busy(path: ResourcePath, holder: Holder): PieceworkError {
  const since = holder.since.toISOString()
  return new PieceworkError(
    'resource-busy',
    `${path} is held by ${holder.kind} ${holder.id} since ${since}.`,
    {
      facts: { path, holder: holder.id, kind: holder.kind, since },
      retryable: true,
    },
  )
}
