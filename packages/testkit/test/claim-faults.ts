import type { Store } from '@piecework/core/store'
import { changed } from './changed-store.js'

export const claimsNotTaken = (store: Store): Store =>
  changed(store, { jobs: { create: (job) => store.jobs.create({ ...job, claims: [] }) } })

export const claimsForEver = (store: Store): Store =>
  changed(store, {
    jobs: {
      create: async (job) => {
        await store.guard.claim(job.claims, { id: `${job.id} for ever`, kind: job.kind })
        return store.jobs.create({ ...job, claims: [] })
      },
    },
  })

/** Not when the last step commits. */
export function claimsFreedAtOutcome(store: Store): Store {
  const claims = new Map<string, () => Promise<void>>()
  const freeing = async <T extends { readonly id: string; readonly outcome?: unknown }>(
    job: T,
  ): Promise<T> => {
    if (job.outcome) await claims.get(job.id)?.()
    return job
  }
  return changed(store, {
    jobs: {
      create: async (job) => {
        const claim = await store.guard.claim(job.claims, { id: job.id, kind: job.kind })
        claims.set(job.id, () => claim.release())
        return store.jobs.create({ ...job, claims: [] })
      },
      cancel: async (...given) => freeing(await store.jobs.cancel(...given)),
    },
    attempts: {
      run: async (...given) => freeing(await store.attempts.run(...given)),
      fail: async (...given) => freeing(await store.attempts.fail(...given)),
    },
  })
}
