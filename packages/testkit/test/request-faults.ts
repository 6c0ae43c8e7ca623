import { PieceworkError, type Store } from '@piecework/core/store'
import { changed } from './changed-store.js'

/** Faults of keys and lists, and the law that must see each. */
export const requestFaults: Record<string, [law: string, (store: Store) => Store]> = {
  'makes a job for each request of a key': [
    'exactly once: a request key belongs to the job that it has made',
    (store) => changed(store, { jobs: { create: ({ requestKey: _, ...job }) => store.jobs.create(job) } }),
  ],
  'asks for the key after everything else': [
    'exactly once: a request key belongs to the job that it has made',
    (store) =>
      changed(store, {
        jobs: {
          create: async ({ requestKey, ...job }) => {
            const [path = ''] = job.claims
            if (requestKey) await (await store.guard.claim([path], { id: 'first', kind: 'host' })).release()
            return store.jobs.create({ ...job, ...(requestKey && { requestKey }) })
          },
        },
      }),
  ],
  'looks for the key before it makes the job': [
    'exactly once: of many racing requests with one key one makes a job',
    unkeyed,
  ],
  'keeps the key of a request that was refused': [
    'nothing half-made: a request that was refused has used no key',
    (store) => {
      const used = new Map<string, { job: string; digest: string }>()
      return changed(store, {
        jobs: {
          create: (job) => {
            if (job.requestKey) used.set(job.requestKey.key, { job: job.id, digest: job.requestKey.digest })
            return store.jobs.create(job)
          },
          byRequestKey: async (_, key) => used.get(key),
        },
      })
    },
  ],
  'keeps the key of a job that is withdrawn': [
    'nothing half-made: a job that is withdrawn is cancelled',
    (store) => changed(store, { jobs: { withdraw: (id) => store.jobs.cancel(id) } }),
  ],
  'forgets the key of a job that is cancelled': [
    'nothing half-made: a job that is withdrawn is cancelled',
    (store) => changed(store, { jobs: { cancel: (id) => store.jobs.withdraw(id) } }),
  ],
  'forgets the key of a run': [
    'exactly once: a draft has the key of its creation and that of its run',
    (store) =>
      changed(store, { drafts: { run: (id, { requestKey: _, ...plan }) => store.drafts.run(id, plan) } }),
  ],
  'keeps the key of a run for who has made the draft': [
    'one truth: the key of who asks about the job of another is its own',
    (store) =>
      changed(store, { drafts: { run: (id, { requestKeyOf: _, ...plan }) => store.drafts.run(id, plan) } }),
  ],
  'keeps the key of a job for its principal alone': [
    'one truth: the key of who asks about the job of another is its own',
    (store) => changed(store, { jobs: { create: ({ requestKeyOf: _, ...job }) => store.jobs.create(job) } }),
  ],
  'lists twice what follows a job': [
    'one truth: what is added before the end of a job follows it',
    (store) =>
      changed(store, {
        jobs: {
          follow: async (id, more) => {
            const { onSuccess = [] } = more
            return store.jobs.follow(id, {
              ...more,
              onSuccess: onSuccess.map((one) => ({ ...one, at: 1 }) as never),
            })
          },
        },
      }),
  ],
  'forgets what is added to what follows a job': [
    'one truth: what is added before the end of a job follows it',
    (store) =>
      changed(store, {
        jobs: { follow: async (id) => (await store.jobs.get(id)) ?? store.jobs.follow(id, {}) },
      }),
  ],
  'lists the jobs of everybody': [
    'one truth: jobs are listed by who has requested them',
    (store) => changed(store, { jobs: { list: ({ requestedBy: _, ...filter }) => store.jobs.list(filter) } }),
  ],
  'begins each page with the last job of the one before': [
    'one truth: jobs are listed by who has requested them',
    (store) =>
      changed(store, {
        jobs: {
          list: async ({ after, limit = 100, ...filter }) => {
            const all = await store.jobs.list({ ...filter, limit: 10_000 })
            const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after)
            return from < 0 ? [] : all.slice(from, from + limit)
          },
        },
      }),
  ],
}

/** Finds a key that is used, but not one that is being used. */
function unkeyed(store: Store): Store {
  const used = new Map<string, { job: string; digest: string }>()
  return changed(store, {
    jobs: {
      byRequestKey: async (principal, key) => used.get(`${principal} ${key}`),
      create: async ({ requestKey, ...job }) => {
        if (!requestKey) return store.jobs.create(job)
        const name = `${job.principal.id} ${requestKey.key}`
        const facts = used.get(name)
        if (facts) throw new PieceworkError('request-key-used', 'used', { facts: { ...facts } })
        const made = await store.jobs.create(job)
        used.set(name, { job: job.id, digest: requestKey.digest })
        return made
      },
    },
  })
}
