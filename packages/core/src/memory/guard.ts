import { randomUUID } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import type { Guard, Holder } from '../contracts/guard.js'
import { overlaps } from '../guard/paths.js'
import { type Hold, refuseBusy, takeHolds } from './holds.js'
import type { MemoryState } from './state.js'

export function memoryGuard(state: MemoryState): Guard {
  return {
    claim: async (paths, { id, kind }) => {
      const holds = takeHolds(state.holds, paths, { id, kind, since: new Date() }, { byHost: true })
      state.touch(paths)
      return {
        release: async () => {
          for (const hold of holds) state.holds.delete(hold)
        },
      }
    },
    edit: async (path, edit, { leaseMs = 30_000 } = {}) => {
      const holder: Holder = { id: randomUUID(), kind: 'edit', since: new Date() }
      const [hold] = takeHolds(state.holds, [path], holder, { until: Date.now() + leaseMs }) as [Hold]
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
      refuseBusy(state.holds, [path], true)
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
