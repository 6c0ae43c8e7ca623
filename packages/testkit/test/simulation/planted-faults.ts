import { isPieceworkError, type Lease, type NodeResult, type Store, type Task } from '@piecework/core/store'

type Plant = (store: Store) => Store

/** Faults that the checks of the simulation must find: each breaks one promise that a store makes. */
export const plantedFaults: Readonly<Record<string, Plant>> = {
  'the lease is not checked when work commits': (store) => ({
    ...store,
    attempts: {
      ...store.attempts,
      run: async (lease, work, options) => {
        const done = typeof work === 'function' ? await store.database.transaction(work, options) : work
        return store.attempts.run(lease, done, options)
      },
    },
  }),

  'an attempt begins beside a live lease': (store) => {
    const leases = new Map<string, Lease>()
    return {
      ...store,
      attempts: {
        ...store.attempts,
        begin: async (task, worker) => {
          const lease = await store.attempts.begin(task, worker)
          if (lease) leases.set(nodeOf(task), lease)
          const held = leases.get(nodeOf(task))
          return lease ?? (held?.attempt === task.attempt ? held : undefined)
        },
      },
    }
  },

  'the sweep forgets leases that have lapsed': (store) => {
    const begun = new Set<string>()
    return {
      ...store,
      attempts: {
        ...store.attempts,
        begin: async (task, worker) => {
          const lease = await store.attempts.begin(task, worker)
          if (lease) begun.add(nodeOf(task))
          return lease
        },
        fail: async (lease, ...given) => {
          const job = await store.attempts.fail(lease, ...given)
          begun.delete(nodeOf({ job: lease.job.id, node: lease.node.id }))
          return job
        },
        overdue: async (before) =>
          (await store.attempts.overdue(before)).filter((task) => !begun.has(nodeOf(task))),
      },
    }
  },

  'the sweep forgets tasks that the queue has lost': (store) => {
    const begun = new Set<string>()
    return {
      ...store,
      attempts: {
        ...store.attempts,
        begin: async (task, worker) => {
          const lease = await store.attempts.begin(task, worker)
          if (lease) begun.add(nodeOf(task))
          return lease
        },
        overdue: async (before) =>
          (await store.attempts.overdue(before)).filter((task) => begun.has(nodeOf(task))),
      },
    }
  },

  'fences are not compared': (store) => {
    const newest = new Map<string, Lease>()
    const now = (lease: Lease): Lease =>
      newest.get(nodeOf({ job: lease.job.id, node: lease.node.id })) ?? lease
    return {
      ...store,
      attempts: {
        ...store.attempts,
        begin: async (task, worker) => {
          const lease = await store.attempts.begin(task, worker)
          if (lease) newest.set(nodeOf(task), lease)
          return lease
        },
        run: (lease, work, options) => store.attempts.run(now(lease), work, options),
        fail: (lease, ...given) => store.attempts.fail(now(lease), ...given),
        heartbeat: (lease, progress) => store.attempts.heartbeat(now(lease), progress),
      },
    }
  },

  'heartbeats prolong nothing': (store) => ({
    ...store,
    attempts: { ...store.attempts, heartbeat: async () => ({}) },
  }),

  'the work of an attempt is done twice': (store) => ({
    ...store,
    attempts: {
      ...store.attempts,
      run: async (lease, work, options) =>
        store.attempts.run(
          lease,
          typeof work === 'function'
            ? async (tx) => {
                await work(tx)
                return work(tx)
              }
            : work,
          options,
        ),
    },
  }),

  'outbox items are acknowledged when they are read': (store) => ({
    ...store,
    outbox: {
      ...store.outbox,
      pending: async (limit) => {
        const items = await store.outbox.pending(limit)
        await store.outbox.acknowledge(items.map(({ id }) => id))
        return items
      },
    },
  }),

  'the batches that follow are not put into the outbox': (store) => ({
    ...store,
    outbox: {
      ...store.outbox,
      pending: async (limit) =>
        (await store.outbox.pending(limit)).filter(
          ({ action }) => action.type !== 'batch' || action.batch < 2,
        ),
    },
  }),

  'claims are not taken': (store) => ({
    ...store,
    jobs: { ...store.jobs, create: (job) => store.jobs.create({ ...job, claims: [] }) },
  }),

  'claims are freed when the outcome is known': (store) => {
    const claims = new Map<string, () => Promise<void>>()
    const freeing = async <T extends { readonly id: string; readonly outcome?: unknown }>(
      job: T,
    ): Promise<T> => {
      if (job.outcome) await claims.get(job.id)?.()
      return job
    }
    return {
      ...store,
      jobs: {
        ...store.jobs,
        create: async (job) => {
          const claim = await store.guard.claim(job.claims, { id: job.id, kind: job.kind })
          claims.set(job.id, () => claim.release())
          return store.jobs.create({ ...job, claims: [] })
        },
        cancel: async (...given) => freeing(await store.jobs.cancel(...given)),
      },
      attempts: {
        ...store.attempts,
        run: async (...given) => freeing(await store.attempts.run(...given)),
        fail: async (...given) => freeing(await store.attempts.fail(...given)),
      },
    }
  },

  'claims stay for ever': (store) => ({
    ...store,
    jobs: {
      ...store.jobs,
      create: async (job) => {
        await store.guard.claim(job.claims, { id: `${job.id} for ever`, kind: job.kind })
        return store.jobs.create({ ...job, claims: [] })
      },
    },
  }),

  'edits do not ask whether a job holds the resource': (store) => ({
    ...store,
    guard: { ...store.guard, edit: (_path, edit) => edit({ check: async () => {} }) },
  }),

  'a cancel forgets the nodes that run': forgetRunning,

  'a principal has more jobs than it may': (store) => ({
    ...store,
    jobs: {
      ...store.jobs,
      create: ({ limit, ...job }) =>
        store.jobs.create({ ...job, ...(limit && { limit: { ...limit, jobs: limit.jobs + 1 } }) }),
    },
  }),

  'whoever waits for room waits for ever': (store) => ({
    ...store,
    jobs: {
      ...store.jobs,
      create: ({ limit, ...job }) =>
        store.jobs.create({ ...job, ...(limit && { limit: { ...limit, jobs: 0 } }) }),
    },
  }),

  'a retry takes over what may have changed': (store) => ({
    ...store,
    reports: { ...store.reports, untouched: async () => true },
  }),

  'nothing that was kept for a time is ever deleted': (store) => ({
    ...store,
    retention: { ...store.retention, expired: async () => [] },
  }),

  'the deletes of a transaction are not carried out': (store) => ({
    ...store,
    attempts: {
      ...store.attempts,
      run: (lease, work, options) =>
        store.attempts.run(
          lease,
          typeof work === 'function'
            ? (tx) =>
                work({
                  ...tx,
                  query: async (sql, values) =>
                    sql.startsWith('DELETE') ? { rows: [], rowCount: 0 } : tx.query(sql, values),
                })
            : work,
          options,
        ),
    },
  }),

  'a job that was answered is not stored': (store) => {
    let count = 0
    return {
      ...store,
      jobs: {
        ...store.jobs,
        create: async (job) => {
          const created = await store.jobs.create(job)
          count += 1
          if (count % 5 !== 0) return created
          return { ...created, id: created.id.replace(/^./, '0') }
        },
      },
    }
  },
}

/** The job goes on to its last step while they run, and what they do commits by itself. */
function forgetRunning(store: Store): Store {
  const running = new Map<string, Lease>()
  const forgotten = new Set<Lease>()
  const key = (lease: Lease): string => nodeOf({ job: lease.job.id, node: lease.node.id })
  return {
    ...store,
    jobs: {
      ...store.jobs,
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
      ...store.attempts,
      begin: async (task, worker) => {
        const lease = await store.attempts.begin(task, worker)
        if (lease) running.set(nodeOf(task), lease)
        return lease
      },
      heartbeat: async (lease, progress) =>
        forgotten.has(lease) ? {} : store.attempts.heartbeat(lease, progress),
      run: async (lease, work, options) => {
        if (!forgotten.has(lease)) {
          const job = await store.attempts.run(lease, work, options).catch((error: unknown) => {
            if (forgotten.has(lease) && isPieceworkError(error, 'lease-lost')) return undefined
            throw error
          })
          running.delete(key(lease))
          if (job) return job
        }
        const done: NodeResult | undefined =
          typeof work === 'function' ? await store.database.transaction(work) : undefined
        return { ...lease.job, ...(done?.error && { error: done.error }) }
      },
    },
  }
}

const nodeOf = ({ job, node }: Pick<Task, 'job' | 'node'>): string => `${job} ${node}`
