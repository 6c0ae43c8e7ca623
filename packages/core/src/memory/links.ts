import type { Links } from '../contracts/links.js'
import { storeDefaults } from '../defaults.js'
import type { MemoryState } from './state.js'

export function memoryLinks(state: MemoryState): Links {
  const { links } = state
  return {
    add: async (given) => {
      const known = links.get(given.id)
      if (known) return known
      const link = { ...given, createdAt: state.now() }
      links.set(given.id, link)
      return link
    },
    get: async (id) => links.get(id),
    list: async ({ job, owner, after, limit = storeDefaults.listedLinks }) => {
      const all = [...links.values()].reverse()
      const at = after === undefined ? -1 : all.findIndex(({ id }) => id === after)
      if (after !== undefined && at < 0) return []
      return all
        .slice(at + 1)
        .filter(
          (one) => (job === undefined || one.job === job) && (owner === undefined || one.owner === owner),
        )
        .slice(0, limit)
    },
    revoke: async (id) => {
      const known = links.get(id)
      if (!known || known.revokedAt) return known
      const link = { ...known, revokedAt: state.now() }
      links.set(id, link)
      return link
    },
    sweep: async (before, limit) => {
      const old = [...links.values()].filter(({ expiresAt }) => expiresAt < before).slice(0, limit)
      for (const { id } of old) links.delete(id)
      return old.length
    },
  }
}
