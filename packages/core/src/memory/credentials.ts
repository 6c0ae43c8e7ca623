import type { Credentials, SealedCredential } from '../contracts/credentials.js'
import { PieceworkError } from '../contracts/errors.js'
import type { MemoryState } from './state.js'

export function memoryCredentials(state: MemoryState): Credentials {
  const { credentials } = state
  const all = (): readonly SealedCredential[] => [...credentials.values()]
  const change = (id: string, changed: (one: SealedCredential) => SealedCredential): void => {
    const known = credentials.get(id)
    if (known) credentials.set(id, changed(known))
  }
  return {
    add: async (given) => {
      if (credentials.has(given.id)) throw new PieceworkError('internal', `Credential ${given.id} exists.`)
      const credential = { ...given, createdAt: state.now() }
      credentials.set(given.id, credential)
      return credential
    },
    get: async (id) => credentials.get(id),
    list: async ({ owner, target }) =>
      all().filter((one) => one.owner === owner && (target === undefined || one.target === target)),
    sealedByOthers: async (key, { after = '', limit }) =>
      all()
        .filter((one) => one.key !== key && one.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    reseal: async (id, from, to) => {
      const known = credentials.get(id)
      if (known?.key !== from.key || known.sealed !== from.sealed) return false
      change(id, (one) => ({ ...one, key: to.key, sealed: to.sealed }))
      return true
    },
    mark: async (id, revoked) =>
      change(id, ({ revoked: _, ...one }) => ({ ...one, ...(revoked !== undefined && { revoked }) })),
    remove: async (id, owner) => credentials.get(id)?.owner === owner && credentials.delete(id),
  }
}
