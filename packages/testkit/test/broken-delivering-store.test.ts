import { memoryStore } from '@piecework/core'
import type { Job, Lease, Store } from '@piecework/core/store'
import { assertBreaks } from '@piecework/test-support'
import { jobStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { changed } from './changed-store.js'
import { redeliveryFaults } from './redelivery-faults.js'

const test = suite('laws of stores of jobs that deliver can fail')

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (store: Store) => Store]> = {
  ...redeliveryFaults,
  'keeps the claim of a job that delivers': [
    'exclusion: a job that delivers holds no claim',
    (store) =>
      seeing(store, async (job) => {
        if (job.status !== 'delivering' || job.batch === 0) return job
        await store.guard.claim([pathOf(job)], { id: job.id, kind: job.kind })
        return job
      }),
  ],
  'frees the claim of a job that will not deliver': [
    'exclusion: a job that fails before it delivers',
    claimsFreedAtFailure,
  ],
  'names what is deleted': [
    'exclusion: a job that fails before it delivers',
    (store) => {
      const made = new Map<string, Job['result']>()
      return seeing(store, async (job) => {
        if (job.result.outputs) made.set(job.id, job.result)
        return { ...job, result: made.get(job.id) ?? job.result }
      })
    },
  ],
  'stops deliveries at the deadline': [
    'one truth: the time limit of a job ends with what it makes',
    (store) =>
      changed(store, {
        limits: {
          expire: async () => {
            const late = (await store.jobs.list({})).filter(
              ({ deadline, status }) =>
                deadline && deadline.getTime() <= Date.now() && status === 'delivering',
            )
            const stopped = await Promise.all(late.map(({ id }) => store.jobs.cancel(id)))
            return [...stopped, ...(await store.limits.expire())]
          },
        },
      }),
  ],
  'stops nothing of a job that has deliveries': [
    'one truth: the time limit of a job ends with what it makes',
    (store) => changed(store, { limits: { expire: async () => [] } }),
  ],
  'forgets what was made when a delivery fails': [
    'nothing half-made: a cancel and a failure of deliveries keep',
    (store) =>
      seeing(store, async (job) => (job.status === 'failed' ? { ...job, result: { outputs: [] } } : job)),
  ],
  'takes a delivery for work on the source': [
    'one truth: a job that delivers only is never running',
    (store) =>
      changed(store, {
        attempts: {
          begin: async (task, worker) => {
            const lease = await store.attempts.begin(task, worker)
            return lease && { ...lease, job: { ...lease.job, status: 'running' } }
          },
        },
      }),
  ],
  'keeps the result of the node that ends last': [
    'one truth: what nodes of one batch have made',
    (store) =>
      changed(store, {
        jobs: {
          get: async (id) => {
            const job = await store.jobs.get(id)
            return job && { ...job, result: { ...job.result, outputs: job.result.outputs?.slice(-1) ?? [] } }
          },
        },
      }),
  ],
  'takes states from workers that have lost their lease': [
    'exactly once: what an attempt keeps is there',
    (store) => withStates(store, ({ job, node }) => `${job.id} ${node.id}`),
  ],
  'forgets the state with the attempt': [
    'exactly once: what an attempt keeps is there',
    (store) => withStates(store, ({ job, node, fence }) => `${job.id} ${node.id} ${fence}`),
  ],
  'keeps states of jobs that have ended': [
    'exactly once: what attempts have kept is dropped',
    (store) => withStates(store, ({ job, node }) => `${job.id} ${node.id}`),
  ],
  'takes outputs for over with the archive': [
    'one truth: outputs are kept until the last of them is over',
    (store) =>
      changed(store, {
        retention: {
          expired: async (limit, leaseMs) => {
            const jobs = await store.retention.list({ limit: 1000 })
            const early = jobs.filter(
              ({ result }) => (result.archive?.expiresAt.getTime() ?? Number.NaN) < Date.now(),
            )
            return [...early, ...(await store.retention.expired(limit, leaseMs))]
          },
        },
      }),
  ],
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const name = `a store that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => jobStoreLaws(collect, { make: (options) => breaks(memoryStore(options)) }),
      whole: (collect) => jobStoreLaws(collect, { make: memoryStore }),
      sideBySide: 20,
    }),
  )
}

const pathOf = ({ tree }: Job): string => `${tree.kind}:${tree.id}`

/** `see` is given each job after an attempt has ended. */
function seeing(store: Store, see: (job: Job) => Promise<Job>): Store {
  return changed(store, {
    attempts: {
      run: async (...given) => see(await store.attempts.run(...given)),
      fail: async (...given) => see(await store.attempts.fail(...given)),
    },
  })
}

function claimsFreedAtFailure(store: Store): Store {
  const claims = new Map<string, () => Promise<void>>()
  const freeing = seeing(store, async (job) => {
    if (job.status !== 'running') await claims.get(job.id)?.()
    return job
  })
  return changed(freeing, {
    jobs: {
      create: async (job) => {
        const claim = await store.guard.claim(job.claims, { id: job.id, kind: job.kind })
        claims.set(job.id, () => claim.release())
        return store.jobs.create({ ...job, claims: [] })
      },
    },
  })
}

function withStates(store: Store, keyOf: (lease: Lease) => string): Store {
  const kept = new Map<string, string>()
  return changed(store, {
    states: {
      get: async (lease) => JSON.parse(kept.get(keyOf(lease)) ?? 'null') ?? undefined,
      put: async (lease, state) => void kept.set(keyOf(lease), JSON.stringify(state)),
    },
  })
}

test.run()
