import type { Lease, Store } from '@piecework/core/store'
import { changed, nodeOf, nodeOfLease, seeingLeases } from './changed-store.js'

export function fencesNotCompared(store: Store): Store {
  const newest = new Map<string, Lease>()
  const now = (lease: Lease): Lease => newest.get(nodeOfLease(lease)) ?? lease
  return changed(store, {
    attempts: {
      begin: seeingLeases(store, (node, lease) => newest.set(node, lease)),
      run: (lease, work, options) => store.attempts.run(now(lease), work, options),
      fail: (lease, ...given) => store.attempts.fail(now(lease), ...given),
      heartbeat: (lease, progress) => store.attempts.heartbeat(now(lease), progress),
    },
  })
}

export const leaseNotCheckedAtCommit = (store: Store): Store =>
  changed(store, {
    attempts: {
      run: async (lease, work, options) => {
        const done = typeof work === 'function' ? await store.database.transaction(work, options) : work
        return store.attempts.run(lease, done, options)
      },
    },
  })

export function besideLiveLease(store: Store): Store {
  const leases = new Map<string, Lease>()
  const begin = seeingLeases(store, (node, lease) => leases.set(node, lease))
  return changed(store, {
    attempts: {
      begin: async (task, worker) => {
        const lease = await begin(task, worker)
        const held = leases.get(nodeOf(task))
        return lease ?? (held?.attempt === task.attempt ? held : undefined)
      },
    },
  })
}

export function lapsedForgotten(store: Store): Store {
  const begun = new Set<string>()
  return changed(store, {
    attempts: {
      begin: seeingLeases(store, (node) => begun.add(node)),
      fail: async (lease, ...given) => {
        const job = await store.attempts.fail(lease, ...given)
        begun.delete(nodeOfLease(lease))
        return job
      },
      overdue: async (before) =>
        (await store.attempts.overdue(before)).filter((task) => !begun.has(nodeOf(task))),
    },
  })
}

export function lostForgotten(store: Store): Store {
  const begun = new Set<string>()
  return changed(store, {
    attempts: {
      begin: seeingLeases(store, (node) => begun.add(node)),
      overdue: async (before) =>
        (await store.attempts.overdue(before)).filter((task) => begun.has(nodeOf(task))),
    },
  })
}
