import type {
  Job,
  JobError,
  KeptOutput,
  Moments,
  NewJob,
  NodeResult,
  Store,
  Transaction,
} from '@piecework/core/store'
import { changed } from '../changed-store.js'
import { claimsForEver, claimsFreedAtOutcome, claimsNotTaken } from '../claim-faults.js'
import {
  besideLiveLease,
  fencesNotCompared,
  lapsedForgotten,
  leaseNotCheckedAtCommit,
  lostForgotten,
} from '../lease-faults.js'
import { forgetRunning } from './forget-running.js'

type Plant = (store: Store) => Store

/** Faults that the checks of the simulation must find: each breaks one promise that a store makes. */
export const plantedFaults: Readonly<Record<string, Plant>> = {
  'the lease is not checked when work commits': leaseNotCheckedAtCommit,
  'an attempt begins beside a live lease': besideLiveLease,
  'the sweep forgets leases that have lapsed': lapsedForgotten,
  'the sweep forgets tasks that the queue has lost': lostForgotten,
  'fences are not compared': fencesNotCompared,
  'heartbeats prolong nothing': (store) => changed(store, { attempts: { heartbeat: async () => ({}) } }),

  'the work of an attempt is done twice': withWork((work) => async (tx) => {
    await work(tx)
    return work(tx)
  }),

  'outbox items are acknowledged when they are read': (store) =>
    changed(store, {
      outbox: {
        pending: async (limit) => {
          const items = await store.outbox.pending(limit)
          await store.outbox.acknowledge(items.map(({ id }) => id))
          return items
        },
      },
    }),

  'the batches that follow are not put into the outbox': (store) =>
    changed(store, {
      outbox: {
        pending: async (limit) =>
          (await store.outbox.pending(limit)).filter(
            ({ action }) => action.type !== 'batch' || action.batch < 2,
          ),
      },
    }),

  'nobody is told of a cancel': (store) =>
    changed(store, {
      jobs: {
        create: ({ request: { onCancel: _, ...request }, ...job }, tx) =>
          store.jobs.create({ ...job, request }, tx),
        get: async (id, tx) => withOnCancel(await store.jobs.get(id, tx)),
        list: async (filter) => (await store.jobs.list(filter)).map((job) => withOnCancel(job) ?? job),
      },
    }),

  'the sweep forgets what follows the end': (store) =>
    changed(store, {
      attempts: {
        overdue: async (before) =>
          (await store.attempts.overdue(before)).filter(({ node }) => !node.startsWith('follow-up')),
      },
    }),

  'nodes of an export read at moments of their own': withReads(
    (_, { database }) =>
      async (_lease, work, { signal }) => ({
        value: await database.transaction(work, { readOnly: true, signal }),
      }),
  ),
  'a moment that is lost leaves what was read at it': withReads(
    ({ read }) =>
      async (lease, work, options) => ({
        value: (await read(lease, work, options)).value,
      }),
  ),

  'claims are not taken': claimsNotTaken,
  'claims are freed when the outcome is known': claimsFreedAtOutcome,
  'claims stay for ever': claimsForEver,

  'edits do not ask whether a job holds the resource': (store) =>
    changed(store, { guard: { edit: (_path, edit) => edit({ check: async () => {} }) } }),

  'claims are freed before all that a delivery sends is read': claimsFreedEarly,
  'a state speaks of parts that were never sent': (store) =>
    changed(store, {
      states: {
        put: (lease, state) =>
          store.states.put(lease, { sent: (state as { readonly sent: number }).sent + 1 }),
      },
    }),

  'a cancel forgets the nodes that run': forgetRunning,
  'the key of a request is forgotten': (store) =>
    changed(store, {
      jobs: {
        create: ({ requestKey: _, ...job }) => store.jobs.create(job),
        byRequestKey: async () => undefined,
      },
    }),
  'a principal has more jobs than it may': withJobs((jobs) => jobs + 1),
  'jobs that wait for room wait for ever': withJobs(() => 0),

  // Where exports read at one moment, what a retry may take over is seldom there at all.
  'a retry takes over what may have changed': (store) => {
    const { moments: _, ...without } = changed(store, { reports: { untouched: async () => true } })
    return without
  },

  'nothing that was kept for a time is ever deleted': (store) =>
    changed(store, { retention: { expired: async () => [] } }),

  'the deletes of a transaction are not carried out': withWork(
    (work) => (tx) =>
      work({
        ...tx,
        query: async (sql, values) =>
          sql.startsWith('DELETE') ? { rows: [], rowCount: 0 } : tx.query(sql, values),
      }),
  ),

  'what an archive is read from is not kept until it is read': (store) =>
    changed(store, { jobs: { create: (job) => store.jobs.create({ ...job, reads: [] }) } }),
  'jobs go on past their deadline': (store) => changed(store, { limits: { expire: async () => [] } }),
  'more jobs are under way than may be': withRoom((room) => room + 1),
  'the newest job begins first': (store) => {
    let count = 0
    return changed(store, {
      jobs: {
        create: (job) => {
          count += 1
          return store.jobs.create({ ...job, priority: count })
        },
      },
    })
  },

  'the version in which entries were written is not stored': withDone(({ version: _, ...done }) => done),
  'a plan that was taken over adds its parts twice': partsUnfenced,
  'a part that a plan has named is forgotten': withDone(({ nodes, ...done }) => ({
    ...done,
    ...(nodes && { nodes: nodes.slice(1) }),
  })),
  'each part exports the whole': withDone(({ nodes, ...done }) => ({
    ...done,
    ...(nodes && {
      nodes: nodes.map(({ part, ...node }) => ({
        ...node,
        ...(part && { part: { ...part, range: { from: null, to: null } } }),
      })),
    }),
  })),
  'parts do not wait for the steps before theirs': withDone(({ nodes, ...done }) => ({
    ...done,
    ...(nodes && {
      nodes: nodes.map((node) => ({ ...node, batch: Math.min(...nodes.map(({ batch }) => batch)) })),
    }),
  })),
  'the steps that are kept for a plan are forgotten': (store) =>
    changed(store, {
      jobs: {
        create: (job, tx) =>
          store.jobs.create({ ...job, nodes: job.nodes.map(({ steps: _, ...node }) => node) }, tx),
      },
    }),
  'a worker that does not read a version fails the piece': (store) =>
    changed(store, {
      attempts: {
        fail: (lease, error, findings, next) =>
          store.attempts.fail(lease, error, findings, isUnread(error) ? undefined : next),
      },
    }),

  'the sha256 of an output is of the one before': shaOfBefore,
  'the record of a request is dropped': (store) =>
    changed(store, {
      jobs: { create: ({ record: _, ...job }, tx) => store.jobs.create(job, tx) },
    }),

  'drafts that were left alone stay': (store) => changed(store, { drafts: { idle: async () => [] } }),
  'a draft is left alone since it was made': draftsIdleSinceMade,
  'an upload stands beside the one that it replaces': (store) =>
    changed(store, {
      drafts: {
        put: async (job, upload) => {
          await store.drafts.put(job, { ...upload, role: `${upload.role} again` })
          return undefined
        },
      },
    }),
  'an upload that was taken away stays': (store) =>
    changed(store, {
      drafts: {
        remove: async (job, id) => {
          const found = (await store.jobs.get(job))?.request.input?.uploads.find((one) => one.id === id)
          return found
        },
      },
    }),
  'a draft runs without the last upload': (store) =>
    changed(store, {
      drafts: {
        run: async (job, plan) => {
          const uploads = plan.request.input?.uploads ?? []
          const last = uploads.at(-1)
          if (last) await store.drafts.remove(job, last.id)
          const input = { format: plan.request.input?.format ?? '', uploads: uploads.slice(0, -1) }
          return store.drafts.run(job, { ...plan, request: { ...plan.request, input } })
        },
      },
    }),

  'a job that was answered is not stored': (store) => {
    let count = 0
    return changed(store, {
      jobs: {
        create: async (job) => {
          const created = await store.jobs.create(job)
          count += 1
          return count % 5 === 0 ? { ...created, id: created.id.replace(/^./, '0') } : created
        },
      },
    })
  },
}

type Work = (tx: Transaction) => Promise<NodeResult>

/** Something else than attempts leave behind is stored. */
function withDone(change: (done: NodeResult) => NodeResult): Plant {
  return (store) =>
    changed(store, {
      attempts: {
        run: (lease, work, options) =>
          store.attempts.run(
            lease,
            typeof work === 'function' ? async (tx) => change(await work(tx)) : change(work),
            options,
          ),
      },
    })
}

/** Says of an output what the one before was. */
function shaOfBefore(store: Store): Store {
  const before = new Map<string, string>()
  const said = (output: KeptOutput): KeptOutput => {
    const sha256 = before.get(output.name) ?? output.sha256
    before.set(output.name, output.sha256)
    return { ...output, sha256 }
  }
  return withDone(({ result, ...done }) => ({
    ...done,
    ...(result && { result: { ...result, ...(result.outputs && { outputs: result.outputs.map(said) }) } }),
  }))(store)
}

/** What is not fenced is added by each attempt. */
function partsUnfenced(store: Store): Store {
  return changed(store, {
    attempts: {
      run: (lease, work, options) => {
        const { nodes } = typeof work === 'function' ? {} : work
        if (!nodes || lease.fence === 1) return store.attempts.run(lease, work, options)
        const again = nodes.map((node) => ({ ...node, id: `${node.id} again` }))
        return store.attempts.run(lease, { ...work, nodes: [...nodes, ...again] }, options)
      },
    },
  })
}

/** The work of attempts is done in another way. */
function withWork(change: (work: Work) => Work): Plant {
  return (store) =>
    changed(store, {
      attempts: {
        run: (lease, work, options) =>
          store.attempts.run(lease, typeof work === 'function' ? change(work) : work, options),
      },
    })
}

const isUnread = ({ code }: JobError): boolean => code === 'archive-newer' || code === 'archive-invalid'

function draftsIdleSinceMade(store: Store): Store {
  const made = new Map<string, Date>()
  return changed(store, {
    drafts: {
      create: async (job, shells) => {
        const created = await store.drafts.create(job, shells)
        made.set(created.id, created.createdAt)
        return created
      },
      idle: async (before) => {
        const ids: string[] = []
        for (const [id, at] of made)
          if (at < before && (await store.jobs.get(id))?.status === 'draft') ids.push(id)
        return ids
      },
    },
  })
}

/** Another number of jobs of all is allowed than was asked for. */
function withRoom(change: (jobs: number) => number): Plant {
  return (store) =>
    changed(store, {
      jobs: {
        create: ({ concurrentJobs, ...job }) =>
          store.jobs.create({
            ...job,
            ...(concurrentJobs !== undefined && { concurrentJobs: change(concurrentJobs) }),
          }),
      },
    })
}

/** Another number of jobs is allowed to a principal than was asked for. */
function withJobs(change: (jobs: number) => number): Plant {
  const limited = ({ limit, ...job }: NewJob): NewJob => ({
    ...job,
    ...(limit && { limit: { ...limit, jobs: change(limit.jobs) } }),
  })
  return (store) => changed(store, { jobs: { create: (job) => store.jobs.create(limited(job)) } })
}

/** Of exports that deliver, when their first attempt begins. */
function claimsFreedEarly(store: Store): Store {
  return changed(store, {
    jobs: {
      create: (job) => store.jobs.create(job.request.deliver ? { ...job, claims: [] } : job),
    },
  })
}

/** As it was asked for. */
function withOnCancel(job: Job | undefined): Job | undefined {
  const { onFailure, ...request } = job?.request ?? { options: {} }
  return job && { ...job, request: { ...request, ...(onFailure && { onFailure, onCancel: onFailure }) } }
}

/** Each process reads in another way. */
function withReads(change: (moments: Moments, store: Store) => Moments['read']): Plant {
  return (store) => {
    const { moments } = store
    if (!moments) return store
    const beside = (): Moments => {
      const own = 'beside' in moments ? (moments.beside as () => Moments)() : moments
      return { ...own, read: change(own, store) }
    }
    return { ...store, moments: { ...moments, beside } as Moments }
  }
}
