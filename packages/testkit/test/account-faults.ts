import type { Store, UsageLimits } from '@piecework/core/store'
import { changed } from './changed-store.js'

type Fault = [law: string, (store: Store) => Store]

const owned = 'one truth: a credential is its owner’s, until that owner removes it'
const resealed = 'one truth: a credential is sealed anew only where it is what was read'
const kept = 'one truth: a link is what it was made as, and a revoked one stays so'
const swept = 'one truth: links whose time has been over for long are forgotten, and no others'
const counted = 'honest counts: what a principal is given is counted, by however many at once'
const limited = 'honest counts: of many who ask at once no more are given than the limit of the minute'
const once = 'exactly once: an id is revoked by one of those who try at once, and seen by all'

/** Faults of what is kept for principals, and the law that must see each. */
export const accountFaults: Record<string, Fault> = {
  'lets anyone remove a credential': [
    owned,
    (store) =>
      changed(store, {
        credentials: {
          remove: async (id, owner) =>
            store.credentials.remove(id, (await store.credentials.get(id))?.owner ?? owner),
        },
      }),
  ],
  'lists the credentials of all targets': [
    owned,
    (store) => changed(store, { credentials: { list: ({ owner }) => store.credentials.list({ owner }) } }),
  ],
  'never forgets that a credential has been refused': [
    owned,
    (store) =>
      changed(store, {
        credentials: {
          mark: async (id, revoked) => {
            if (revoked !== undefined) await store.credentials.mark(id, revoked)
          },
        },
      }),
  ],
  'seals anew what was sealed otherwise meanwhile': [
    resealed,
    (store) =>
      changed(store, {
        credentials: {
          reseal: async (id, from, to) => {
            const now = await store.credentials.get(id)
            return store.credentials.reseal(id, now ?? from, to)
          },
        },
      }),
  ],
  'finds no second page of credentials to seal': [
    resealed,
    (store) =>
      changed(store, {
        credentials: {
          sealedByOthers: (key, { limit }) => store.credentials.sealedByOthers(key, { limit }),
        },
      }),
  ],
  'makes a revoked link anew': [
    kept,
    (store) =>
      changed(store, {
        links: {
          get: async (id) => {
            const { revokedAt: _, ...link } = (await store.links.get(id)) ?? ({} as never)
            return link
          },
        },
      }),
  ],
  'revokes a link at another time again': [
    kept,
    (store) =>
      changed(store, {
        links: {
          revoke: async (id) => {
            const link = await store.links.revoke(id)
            return link && { ...link, revokedAt: new Date(Date.now() + Math.random() * 1e9) }
          },
        },
      }),
  ],
  'forgets links that are told of yet': [
    swept,
    (store) =>
      changed(store, {
        links: { sweep: (before, limit) => store.links.sweep(new Date(before.getTime() + 1), limit) },
      }),
  ],
  'counts what is read before what is written': [
    counted,
    (store) => changed(store, { meters: { take: lostUpdates(store) } }),
  ],
  'reads the limit before it counts': [
    limited,
    (store) =>
      changed(store, {
        meters: {
          take: async (principal, usage, limits) => {
            const had = await store.meters.list({ principal })
            const wait = isFull(had[0]?.requests ?? 0, limits) ? 1000 : undefined
            if (wait === undefined) await store.meters.take(principal, usage, {})
            return wait
          },
        },
      }),
  ],
  'counts what it refuses': [
    limited,
    (store) =>
      changed(store, {
        meters: {
          take: async (principal, usage, limits) => {
            const wait = await store.meters.take(principal, usage, limits)
            if (wait !== undefined) await store.meters.take(principal, usage, {})
            return wait
          },
        },
      }),
  ],
  'keeps an id no longer when it is revoked again': [
    once,
    (store) =>
      changed(store, {
        revocations: {
          add: async (id, until) => {
            if (await store.revocations.has(id)) return false
            return store.revocations.add(id, until)
          },
        },
      }),
  ],
  'lets an id be used twice at once': [
    once,
    (store) =>
      changed(store, {
        revocations: {
          add: async (id, until) => {
            const isNew = !(await store.revocations.has(id))
            await store.revocations.add(id, until)
            return isNew
          },
        },
      }),
  ],
}

const isFull = (had: number, { requests }: UsageLimits): boolean => requests !== undefined && had >= requests

/** Of those who count at once, one is forgotten. */
function lostUpdates({ meters }: Store): Store['meters']['take'] {
  let under = 0
  return async (principal, usage, limits) => {
    under += 1
    try {
      if (under === 2) return undefined
      await Promise.resolve()
      return await meters.take(principal, usage, limits)
    } finally {
      under -= 1
    }
  }
}
