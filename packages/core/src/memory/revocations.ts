import type { Revocations } from '../contracts/revocations.js'
import type { MemoryState } from './state.js'

export function memoryRevocations({ revocations, environment }: MemoryState): Revocations {
  return {
    add: async (id, until) => {
      const known = revocations.get(id)
      if (!known || known < until) revocations.set(id, until)
      return known === undefined
    },
    has: async (id) => revocations.has(id),
    sweep: async (limit) => {
      const old = [...revocations].filter(([, until]) => until.getTime() < environment.now()).slice(0, limit)
      for (const [id] of old) revocations.delete(id)
      return old.length
    },
  }
}
