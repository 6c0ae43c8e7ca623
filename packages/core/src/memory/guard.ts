import { PieceworkError } from '../contracts/errors.js'
import type { Guard } from '../contracts/guard.js'
import { storeDefaults } from '../defaults.js'
import type { Hold } from './holds.js'
import type { MemoryState } from './state.js'

export function memoryGuard(state: MemoryState): Guard {
  const { holds, environment } = state
  return {
    claim: async (paths, { id, kind }) => {
      const taken = holds.take(paths, { id, kind, since: state.now() }, { byHost: true })
      state.touch(paths)
      return {
        release: async () => {
          for (const hold of taken) holds.free(hold)
        },
      }
    },
    edit: async (path, edit, { leaseMs = storeDefaults.editLeaseMs } = {}) => {
      const holder = { id: environment.uuid(), kind: 'edit', since: state.now() }
      const [hold] = holds.take([path], holder, { until: environment.now() + leaseMs }) as [Hold]
      state.touch([path])
      const check = async (): Promise<void> => {
        if (holds.isLive(hold)) return
        throw new PieceworkError('lease-lost', `The edit of ${path} took longer than its ${leaseMs} ms.`)
      }
      try {
        const done = await edit({ check })
        await check()
        return done
      } finally {
        holds.free(hold)
      }
    },
    checkEditable: async (path) => {
      holds.assertFree([path], { shared: true })
      state.touch([path])
    },
    release: async (holder) => {
      holds.freeAll(holder, { byHost: true })
    },
    holders: async (path) => holds.holdersOf(path),
  }
}
