import { isPieceworkError, type Lease, type NodeResult, type Store } from '@piecework/core/store'
import { changed, nodeOfLease, seeingLeases } from '../changed-store.js'

/** At a cancel the job goes on to its last step while nodes run, and what they do commits by itself. */
export function forgetRunning(store: Store): Store {
  const running = new Map<string, Lease>()
  const forgotten = new Set<Lease>()
  return changed(store, {
    jobs: {
      cancel: async (id, error) => {
        const job = await store.jobs.cancel(id, error)
        for (const lease of running.values()) {
          if (lease.job.id !== id || lease.node.task === 'finish' || !job.error) continue
          forgotten.add(lease)
          await store.attempts.fail(lease, job.error, []).catch(() => undefined)
        }
        return (await store.jobs.get(id)) ?? job
      },
    },
    attempts: {
      begin: seeingLeases(store, (node, lease) => running.set(node, lease)),
      heartbeat: async (lease, progress) =>
        forgotten.has(lease) ? {} : store.attempts.heartbeat(lease, progress),
      run: async (lease, work, options) => {
        if (!forgotten.has(lease)) {
          const job = await store.attempts.run(lease, work, options).catch((error: unknown) => {
            if (forgotten.has(lease) && isPieceworkError(error, 'lease-lost')) return undefined
            throw error
          })
          running.delete(nodeOfLease(lease))
          if (job) return job
        }
        const done: NodeResult | undefined =
          typeof work === 'function' ? await store.database.transaction(work) : undefined
        return { ...lease.job, ...(done?.error && { error: done.error }) }
      },
    },
  })
}
