import { memoryStore } from '@piecework/core'
import type {
  JobError,
  JobSummary,
  KeyRange,
  Lease,
  NewNode,
  NodeResult,
  OutboxItem,
  ReplacedValuePage,
  Store,
  Transaction,
} from '@piecework/core/store'
import { sourcesOf } from '@piecework/core/store'
import { assertBreaks } from '@piecework/test-support'
import { jobStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { accountFaults } from './account-faults.js'
import { changed, nodeOf, nodeOfLease } from './changed-store.js'
import { claimsForEver, claimsFreedAtOutcome, claimsNotTaken } from './claim-faults.js'
import { fencesNotCompared } from './lease-faults.js'
import { requestFaults } from './request-faults.js'
import { uploadFaults } from './upload-faults.js'

const test = suite('laws of job stores can fail')

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (store: Store) => Store]> = {
  'forgets the claims of a job': [
    'exclusion: a job claims its paths in the step that creates it',
    claimsNotTaken,
  ],
  'keeps the claim of a job that was refused': [
    'exclusion: a job claims its paths in the step that creates it',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: async (job) => {
          const [first, ...others] = job.claims
          const early = await store.guard.claim(others.length ? [first ?? ''] : [], {
            id: job.id,
            kind: 'export',
          })
          const created = await store.jobs.create({ ...job, claims: others.length ? others : job.claims })
          await early.release()
          return created
        },
      },
    }),
  ],
  'lets a job read what may be deleted': [
    'one truth: what is over is read by no new job but an export',
    (store) => changed(store, { jobs: { create: ({ reads: _, ...job }) => store.jobs.create(job) } }),
  ],
  ...requestFaults,
  ...uploadFaults,
  ...accountFaults,
  'remembers a status that has passed': [
    'one truth: the status that is read alone is that of the job',
    (store) => ({ ...store, jobs: { ...store.jobs, status: async () => 'pending' } }),
  ],
  'forgets the ids that were drawn': [
    'new ids: ids that were drawn for a job stay with it',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        begin: async (task, worker) => {
          const lease = await store.attempts.begin(task, worker)
          if (!lease) return undefined
          const { targets: _, ...job } = lease.job
          return { ...lease, job }
        },
      },
    }),
  ],
  'never frees a claim': ['exclusion: a failed and a cancelled job free their claims', claimsForEver],
  'frees the claims when the outcome is known': [
    'exclusion: the claim is held until the last step commits',
    claimsFreedAtOutcome,
  ],
  'takes ranges of keys that overlap': [
    'new ids: an old key in two ranges of one table is refused',
    (store) => ({
      ...store,
      keys: {
        ...store.keys,
        add: async (...args) => {
          await store.keys.add(...args)
          return true
        },
      },
    }),
  ],
  'gives ranges of keys in no order': [
    'new ids: reserved ranges are seen when their attempt commits, in order and page by page',
    (store) => ({
      ...store,
      keys: { ...store.keys, ranges: async (...args) => [...(await store.keys.ranges(...args))].reverse() },
    }),
  ],
  'keeps ranges of keys of attempts that failed': [
    'new ids: ranges of an attempt that fails are never seen, and the next attempt adds its own',
    keptRanges,
  ],
  'keeps ranges of keys of jobs that have ended': [
    'new ids: reserved ranges are dropped with the end of their job, and with no other',
    keptRanges,
  ],
  'keeps summaries of attempts that failed': [
    'honest counts: a summary is seen when its attempt commits, and never that of an attempt that fails',
    keptSummaries,
  ],
  'keeps summaries of jobs that have ended': [
    'honest counts: summaries are dropped with the end of their job, and with no other',
    keptSummaries,
  ],
  'keeps replaced values of attempts that failed': [
    'honest counts: replaced values are those of the attempt that commits, in order',
    keptReplacedValues,
  ],
  'forgets files of attempts that did not commit': [
    'nothing half-made: files are unneeded until their attempt has committed',
    (store) => changed(store, { putFiles: { unneeded: async () => [] } }),
  ],
  'takes files of attempts that have lost their lease': [
    'nothing half-made: files are announced and withdrawn by who has the lease',
    (store) =>
      changed(store, {
        putFiles: { announce: (...given) => store.putFiles.announce(...given).catch(() => undefined) },
      }),
  ],
  'takes files that are needed for unneeded ones': [
    'nothing half-made: files are unneeded until their attempt has committed',
    (store) =>
      changed(store, { putFiles: { unneeded: (job) => store.putFiles.unneeded(job, { all: true }) } }),
  ],
  'does not hear that files are withdrawn': [
    'nothing half-made: files are announced and withdrawn by who has the lease',
    (store) => changed(store, { putFiles: { withdraw: async () => undefined } }),
  ],
  'gives up files of jobs that have ended': [
    'nothing half-made: of a job that has ended, unneeded files are left until they are forgotten',
    (store) => changed(store, { putFiles: { left: async () => [] } }),
  ],
  'tells the last replaced values first': [
    'honest counts: replaced values are those of the attempt that commits, in order',
    (store) => ({
      ...store,
      replacedValues: {
        ...store.replacedValues,
        add: (lease, values, tx) => store.replacedValues.add(lease, [...values].reverse(), tx),
      },
    }),
  ],
  'drops replaced values with the end of their job': [
    'honest counts: replaced values are kept with their job, and are of no other',
    (store) => ({
      ...store,
      replacedValues: {
        ...store.replacedValues,
        page: async (job, after) => {
          const ended = (await store.jobs.get(job))?.status === 'failed'
          return ended ? undefined : store.replacedValues.page(job, after)
        },
      },
    }),
  ],
  'forgets the outbox item of the next batch': [
    'order: a batch follows when the last node before it has ended',
    withOutbox((items) => items.filter(({ action }) => action.type !== 'batch' || action.batch === 0)),
  ],
  'puts the next batch into the outbox twice': [
    'one truth: nodes that end at the same time are all counted',
    withOutbox((items) => items.flatMap((item) => (isLater(item) ? [item, item] : [item]))),
  ],
  'forgets the task of a retry': [
    'one truth: a retry waits, and its task is in the outbox',
    withOutbox((items) => items.filter(({ action }) => action.type !== 'task')),
  ],
  'keeps the error of an attempt that another one has made good': [
    'one truth: a retry waits, and its task is in the outbox',
    (store) => {
      const errors = new Map<string, JobError>()
      return changed(store, {
        attempts: {
          fail: (lease, error, ...given) => {
            errors.set(nodeOfLease(lease), error)
            return store.attempts.fail(lease, error, ...given)
          },
        },
        reports: {
          node: async (job, id) => {
            const node = await store.reports.node(job, id)
            const error = errors.get(nodeOf({ job, node: id }))
            return node && { ...node, ...(error && { error }) }
          },
        },
      })
    },
  ],
  'forgets what is not acknowledged': [
    'one truth: an outbox item stays until it is acknowledged',
    (store) => {
      const given = new Set<string>()
      return withOutbox((items) => items.filter(({ id }) => !given.has(id) && given.add(id)))(store)
    },
  ],
  'hands a lease to everyone who asks': [
    'exactly once: however many tasks come for a node, one lease is given',
    (store) => {
      const leases = new Map<string, Promise<Lease | undefined>>()
      return {
        ...store,
        attempts: {
          ...store.attempts,
          begin: (task, worker) => {
            const lease = leases.get(task.node) ?? store.attempts.begin(task, worker)
            leases.set(task.node, lease)
            return lease
          },
        },
      }
    },
  ],
  'lets a stale fence commit': ['exactly once: a stale fence cannot commit', fencesNotCompared],
  'keeps a draft whose shells could not be made': [
    'nothing half-made: where the shells cannot be made',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        create: async (job, shells) => {
          const created = await store.drafts.create(job, async () => undefined)
          await store.database.transaction(shells)
          return created
        },
      },
    }),
  ],
  'takes uploads after the import has begun': [
    'exactly once: of many runs one begins',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        put: (job, upload) => store.drafts.put(job, upload).catch(() => undefined),
      },
    }),
  ],
  'runs a plan that was made for other uploads': [
    'exactly once: of many runs one begins',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        run: async (job, plan) => {
          const input = (await store.jobs.get(job))?.request.input
          return store.drafts.run(job, {
            ...plan,
            request: { ...plan.request, ...(input && { input }) },
          })
        },
      },
    }),
  ],
  'takes what was made of files that are gone': [
    'one truth: what was made of some files',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        sort: async (job, sorting, uploads) => {
          const now = (await store.jobs.get(job))?.request.input?.uploads ?? []
          return store.drafts.sort(job, { ...sorting, of: sourcesOf(now) }, uploads)
        },
      },
    }),
  ],
  'leaves what an earlier sort has made': [
    'one truth: what was made of some files',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        sort: async (job, sorting, uploads) => {
          const now = (await store.jobs.get(job))?.request.input?.uploads ?? []
          return store.drafts.sort(job, sorting, [...now.filter(({ sorted }) => sorted), ...uploads])
        },
      },
    }),
  ],
  'marks a node done though its work threw': [
    'exactly once: work that throws changes nothing',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        run: async (lease, work, options) => {
          if (typeof work !== 'function') return store.attempts.run(lease, work, options)
          const failures: unknown[] = []
          const job = await store.attempts.run(
            lease,
            (tx) =>
              work(tx).catch((error: unknown) => {
                failures.push(error)
                return {}
              }),
            options,
          )
          if (failures.length > 0) throw failures[0]
          return job
        },
      },
    }),
  ],
  'does not tell the running nodes of a cancel': [
    'nothing half-made: cancel skips what waits, stops what runs',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        heartbeat: async (...args) => {
          await store.attempts.heartbeat(...args)
          return {}
        },
      },
    }),
  ],
  'counts jobs first and creates them later': [
    'exclusion: of racing requests of one principal',
    (store) => {
      const counts = new Map<string, number>()
      return {
        ...store,
        jobs: {
          ...store.jobs,
          create: async ({ limit, ...job }) => {
            const running = counts.get(job.principal.id) ?? 0
            await new Promise((resolve) => setImmediate(resolve))
            if (limit && running >= limit.jobs) return store.jobs.create({ ...job, limit })
            counts.set(job.principal.id, running + 1)
            return store.jobs.create(job)
          },
        },
      }
    },
  ],
  'submits jobs that should wait': [
    'exclusion: of racing requests that may wait',
    (store) => ({
      ...store,
      jobs: { ...store.jobs, create: ({ limit: _, ...job }) => store.jobs.create(job) },
    }),
  ],
  'knows no priorities': [
    'one truth: in the step that ends a job the next one begins',
    (store) => ({
      ...store,
      jobs: { ...store.jobs, create: ({ priority: _, ...job }) => store.jobs.create(job) },
    }),
  ],
  'forgets jobs that wait': [
    'one truth: the sweep lets jobs begin that have room',
    (store) => ({
      ...store,
      outbox: { ...store.outbox, pending: async () => [] },
      limits: { ...store.limits, admit: async () => [] },
    }),
  ],
  'knows no deadlines': [
    'one truth: a job past its deadline is stopped once',
    (store) => ({ ...store, limits: { ...store.limits, expire: async () => [] } }),
  ],
  'takes the creation of a draft for its run': [
    'one truth: a draft has its time from its run on',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        run: (job, { timeLimitMs: _, ...plan }) => store.drafts.run(job, plan),
      },
    }),
  ],
  'takes a lease that was given back for a failure': [
    'exactly once: a lease that was given back',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        fail: (lease, error, findings, next) =>
          store.attempts.fail(lease, error, findings, typeof next === 'object' ? next.givenBackForMs : next),
      },
    }),
  ],
  'lets all begin at once': [
    'one truth: of all jobs no more begin than may',
    (store) => ({
      ...store,
      jobs: { ...store.jobs, create: ({ concurrentJobs: _, ...job }) => store.jobs.create(job) },
    }),
  ],
  'lets the oldest begin, of all principals': [
    'one truth: of all jobs no more begin than may',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: (job) =>
          store.jobs.create(job.concurrentJobs && !job.limit ? { ...job, principal: { id: 'all' } } : job),
      },
    }),
  ],
  'counts none that waits for its turn against who is refused': [
    'one truth: priority comes before turns',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: ({ limit, ...job }) =>
          store.jobs.create(
            limit && !(limit.whenFull === 'refuse' && job.concurrentJobs) ? { ...job, limit } : job,
          ),
      },
    }),
  ],
  'gives a lease back at once': [
    'exactly once: an attempt that is left to others',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        fail: (lease, error, findings, next) =>
          store.attempts.fail(
            lease,
            error,
            findings,
            typeof next === 'object' ? { givenBackForMs: 0 } : next,
          ),
      },
    }),
  ],
  'lets a hung worker keep its lease': [
    'exactly once: an attempt that goes on after its job was stopped',
    (store) => {
      const hung = new Set<string>()
      return {
        ...store,
        attempts: {
          ...store.attempts,
          begin: async (task, worker) => {
            if (hung.has(`${task.job} ${task.node}`)) return undefined
            hung.add(`${task.job} ${task.node}`)
            return store.attempts.begin(task, worker)
          },
        },
      }
    },
  ],
  'has a sweep that finds nothing': [
    'one truth: whatever fails, crashes or comes twice, a job ends',
    (store) => ({
      ...store,
      attempts: { ...store.attempts, begin: crashingOnce(store), overdue: async () => [] },
    }),
  ],
  'forgets what is to be tried again': [
    'one truth: whatever fails, crashes or comes twice, a job ends',
    (store) => {
      const failed = new Set<string>()
      return {
        ...store,
        attempts: {
          ...store.attempts,
          begin: async (task, worker) =>
            failed.has(`${task.job} ${task.node}`) ? undefined : store.attempts.begin(task, worker),
          fail: (lease, ...rest) => {
            failed.add(`${lease.job.id} ${lease.node.id}`)
            return store.attempts.fail(lease, ...rest)
          },
        },
      }
    },
  ],
  'lets a terminal job be cancelled': [
    'one truth: a terminal job never changes',
    (store) => {
      const cancelled = new Set<string>()
      return {
        ...store,
        jobs: {
          ...store.jobs,
          cancel: (id) => {
            cancelled.add(id)
            return store.jobs.cancel(id)
          },
          get: async (id) => {
            const job = await store.jobs.get(id)
            return job && cancelled.has(id) ? { ...job, status: 'cancelled' } : job
          },
        },
      }
    },
  ],
  'gives what is over to everyone who asks': [
    'one truth: what is over is given to one of many',
    (store) => ({
      ...store,
      retention: { ...store.retention, expired: (limit) => store.retention.expired(limit, 0) },
    }),
  ],
  'deletes what an unfinished job reads': [
    'one truth: what an unfinished job reads',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: async ({ reads, ...job }, tx) => {
          const created = await store.jobs.create(job, tx)
          return { ...created, ...(reads && { reads }) }
        },
      },
    }),
  ],
  'forgets what follows a cancel': [
    'one truth: the step that ends a job begins what follows its outcome',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: ({ request: { onCancel: _, ...request }, ...job }, tx) =>
          store.jobs.create({ ...job, request }, tx),
      },
    }),
  ],
  'forgets what a follow-up has returned': [
    'one truth: what follows a job runs in order',
    (store) => ({
      ...store,
      reports: {
        ...store.reports,
        nodes: async (...args) => (await store.reports.nodes(...args)).map(({ output: _, ...node }) => node),
      },
    }),
  ],
  'lets a cancel stop what follows': [
    'one truth: a follow-up is tried again, is found when it is lost, and no cancel stops it',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        heartbeat: async (lease, progress) => {
          return lease.node.task === 'follow-up' ? {} : store.attempts.heartbeat(lease, progress)
        },
      },
    }),
  ],
  'never finds a follow-up that was lost': [
    'one truth: a follow-up is tried again, is found when it is lost, and no cancel stops it',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        overdue: async (before) =>
          (await store.attempts.overdue(before)).filter(({ node }) => !node.startsWith('follow-up')),
      },
    }),
  ],
  'deletes what a follow-up may read': [
    'one truth: what a job has left stays until what follows it has ended',
    (store) => ({
      ...store,
      retention: { ...store.retention, expired: (limit) => store.retention.list({ limit }) },
    }),
  ],
  'records a request before it is made': [
    'one truth: who has asked for a job is recorded in the step that creates it',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: async ({ record, ...job }, tx) => {
          if (record) await store.records.add(record)
          return store.jobs.create(job, tx)
        },
      },
    }),
  ],
  'records the run of a draft before it begins': [
    'one truth: who has run a draft is recorded in the step that begins it',
    (store) => ({
      ...store,
      drafts: {
        ...store.drafts,
        run: async (job, { record, ...plan }) => {
          if (record) await store.records.add(record)
          return store.drafts.run(job, plan)
        },
      },
    }),
  ],
  'reads the record of all resources': [
    'one truth: the record is read newest first',
    (store) => ({
      ...store,
      records: { ...store.records, list: ({ resource: _, ...filter }) => store.records.list(filter) },
    }),
  ],
  'forgets what came of a download': [
    'one truth: what came of a download',
    (store) => ({ ...store, records: { ...store.records, end: async () => undefined } }),
  ],
  'forgets refusals that are too many': [
    'honest counts: refusals beyond those of a minute',
    (store) => ({
      ...store,
      records: {
        ...store.records,
        list: async (filter) => (await store.records.list(filter)).map(({ times: _, ...entry }) => entry),
      },
    }),
  ],
  'keeps an address that is erased': [
    'one truth: an address that is erased',
    (store) => ({ ...store, records: { ...store.records, eraseRecipient: async () => 2 } }),
  ],
  'gives a turn to everyone who asks': [
    'one truth: of many who ask it is one turn',
    (store) => ({ ...store, retention: { ...store.retention, acquireTurn: async () => true } }),
  ],
  'forgets that something was asked to be free': [
    'exclusion: a hold that may change what a failed export had claimed',
    (store) => ({ ...store, guard: { ...store.guard, checkEditable: async () => undefined } }),
  ],
  'takes every hold for a change': [
    'exclusion: what leaves a failed export as it was',
    (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: async (job, tx) => {
          for (const path of job.claims) await store.guard.checkEditable(path)
          return store.jobs.create(job, tx)
        },
      },
    }),
  ],
  'loses the findings of failures': [
    'findings of work and of failures are stored',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        fail: (lease, error, _findings, next) => store.attempts.fail(lease, error, [], next),
      },
    }),
  ],
  'does not count the nodes that are added': [
    'order: nodes that an attempt adds begin after its batch',
    withResults(({ nodes = [], ...result }) => ({ ...result, nodes: nodes.slice(1) })),
  ],
  'forgets the parts of nodes': [
    'nodes that an attempt adds are stored as they are',
    withResults(({ nodes = [], ...result }) => ({
      ...result,
      nodes: nodes.map(({ part: _, ...node }) => node),
    })),
  ],
  'forgets the steps that are kept for a plan': [
    'nodes that an attempt adds are stored as they are',
    withResults(({ nodes = [], ...result }) => ({
      ...result,
      nodes: nodes.map(({ steps: _, ...node }) => node),
    })),
  ],
  'adds the nodes of attempts that have lost their lease': [
    'exactly once: nodes are added with the mark done, or not at all',
    addedByAll,
  ],
  'adds a node over another one': [
    'exactly once: nodes cannot be added to a batch that is over',
    withResults(({ nodes = [], ...result }) => ({
      ...result,
      nodes: [...new Map(nodes.map((node) => [node.id, { ...node, batch: 1 }])).values()],
    })),
  ],
  'does not hand over nodes that are added to the batch under way': [
    'order: nodes that an attempt adds to its own batch',
    (store) => {
      const first = new Map<string, string>()
      return withOutbox((items) =>
        items.filter(({ id, action }) => {
          if (action.type !== 'batch') return true
          const key = `${action.job} ${action.batch}`
          first.set(key, first.get(key) ?? id)
          return first.get(key) === id
        }),
      )(store)
    },
  ],
  'adds nodes to a job that is being ended': [
    'nothing half-made: the batch under way gets no nodes',
    (store) =>
      changed(store, {
        attempts: {
          run: async (lease, work, options) => {
            const { outcome } = (await store.jobs.get(lease.job.id)) ?? {}
            const { nodes = [], ...result } =
              typeof work === 'function' ? await work({} as Transaction) : work
            const kept = outcome ? nodes.map((node) => ({ ...node, batch: 1 })) : nodes
            return store.attempts.run(lease, { ...result, nodes: kept }, options)
          },
        },
      }),
  ],
  'hands out a batch without nodes': [
    'order: a batch without nodes is passed over',
    (store) =>
      withOutbox((items) => items.flatMap((item) => (isLater(item) ? [beforeIt(item), item] : [item])))(
        store,
      ),
  ],
  'sums up what it saw before': [
    'one truth: a summary is the sum of the nodes',
    withSummary((summary, before) => before ?? summary),
  ],
  'keeps the revision when a node reports': [
    'one truth: a summary is the sum of the nodes',
    withSummary((summary) => ({
      ...summary,
      revision: summary.stages.reduce((sum, { waiting, running }) => sum - 2 * waiting - running, 100),
    })),
  ],
  'counts rows that are only reported': [
    'one truth: a summary is the sum of the nodes',
    withSummary((summary) => ({
      ...summary,
      stages: summary.stages.map((stage) => ({ ...stage, rows: stage.rows + stage.reported.rows })),
    })),
  ],
  'lists all nodes as running': [
    'a summary lists the nodes that run',
    (store) => ({
      ...store,
      reports: {
        ...store.reports,
        summary: async (id) => {
          const summary = await store.reports.summary(id)
          return summary && { ...summary, running: await store.reports.nodes(id) }
        },
      },
    }),
  ],
  'lists what exports have returned unasked': [
    'what an export has returned is kept with its node',
    (store) =>
      changed(store, {
        reports: { nodes: (id, page) => store.reports.nodes(id, { ...page, results: true }) },
      }),
  ],
  'lists what exports have returned never': [
    'what an export has returned is kept with its node',
    (store) =>
      changed(store, {
        reports: { nodes: (id, { results: _, ...page } = {}) => store.reports.nodes(id, page) },
      }),
  ],
  'makes up a summary': [
    'there is no summary of a job that is not there',
    (store) => ({
      ...store,
      reports: {
        ...store.reports,
        summary: async (id) => (await store.reports.summary(id)) ?? ({ revision: 0 } as JobSummary),
      },
    }),
  ],
  'passes over a node between pages': [
    'pages of nodes hold each node once',
    (store) => ({
      ...store,
      reports: {
        ...store.reports,
        nodes: async (id, page) => (await store.reports.nodes(id, page)).slice(page?.after ? 1 : 0),
      },
    }),
  ],
  'lists what reads a resource as what makes it': [
    'jobs are found by the resources that they read or make',
    (store) => changed(store, { jobs: { list: ({ making: _, ...filter }) => store.jobs.list(filter) } }),
  ],
  'lists the jobs of every resource': [
    'jobs are found by the resources that they read or make',
    (store) => ({
      ...store,
      jobs: { ...store.jobs, list: ({ resource: _, ...filter }) => store.jobs.list(filter) },
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

function keptRanges(store: Store): Store {
  const kept = new Map<string, KeyRange[]>()
  return {
    ...store,
    keys: {
      add: async ({ job }, table, ranges) => {
        const key = `${job.id} ${table}`
        kept.set(key, [...(kept.get(key) ?? []), ...ranges])
        return true
      },
      ranges: async (job, table) => kept.get(`${job} ${table}`) ?? [],
    },
  }
}

/** What attempts leave behind is changed before it is stored. */
function withResults(change: (result: NodeResult) => NodeResult): (store: Store) => Store {
  return (store) => ({
    ...store,
    attempts: {
      ...store.attempts,
      run: (lease, work, options) =>
        store.attempts.run(
          lease,
          typeof work === 'function' ? async (tx) => change(await work(tx)) : change(work),
          options,
        ),
    },
  })
}

/** Nodes of an attempt that was refused come with the next one of the job. */
function addedByAll(store: Store): Store {
  const lost = new Map<string, readonly NewNode[]>()
  return {
    ...store,
    attempts: {
      ...store.attempts,
      run: async (lease, work, options) => {
        const result = typeof work === 'function' ? await work({} as Transaction) : work
        const { nodes = [], error } = result
        const left = lost.get(lease.job.id) ?? []
        lost.delete(lease.job.id)
        const more =
          nodes.length > 0 && !error ? left.map((node) => ({ ...node, id: `${node.id} again` })) : left
        try {
          return await store.attempts.run(lease, { ...result, nodes: [...nodes, ...more] }, options)
        } catch (reason) {
          lost.set(lease.job.id, nodes)
          throw reason
        }
      },
    },
  }
}

/** The item of the batch before. */
function beforeIt(item: OutboxItem): OutboxItem {
  const { action } = item
  return action.type === 'batch' ? { ...item, action: { ...action, batch: action.batch - 1 } } : item
}

function withSummary(
  change: (summary: JobSummary, before: JobSummary | undefined) => JobSummary,
): (store: Store) => Store {
  const first = new Map<string, JobSummary>()
  return (store) => ({
    ...store,
    reports: {
      ...store.reports,
      summary: async (id) => {
        const summary = await store.reports.summary(id)
        if (!summary) return undefined
        const changed = change(summary, first.get(id))
        if (!first.has(id)) first.set(id, summary)
        return changed
      },
    },
  })
}

function keptSummaries(store: Store): Store {
  const kept = new Map<string, Map<string, string>>()
  return {
    ...store,
    summaries: {
      add: async ({ job, node }, summary) => {
        kept.set(job.id, (kept.get(job.id) ?? new Map<string, string>()).set(node.id, summary))
      },
      nodes: async (job) => [...(kept.get(job)?.keys() ?? [])],
      get: async (job, node) => kept.get(job)?.get(node),
    },
  }
}

function keptReplacedValues(store: Store): Store {
  const kept: (ReplacedValuePage & { readonly job: string })[] = []
  return {
    ...store,
    replacedValues: {
      add: async ({ job }, values) => {
        kept.push({ job: job.id, id: String(kept.length), values })
      },
      page: async (job, after = '-1') =>
        kept.find((page) => page.job === job && Number(page.id) > Number(after)),
    },
  }
}

function withOutbox(
  change: (items: readonly OutboxItem[]) => readonly OutboxItem[],
): (store: Store) => Store {
  return (store) => ({
    ...store,
    outbox: { ...store.outbox, pending: async (limit) => change(await store.outbox.pending(limit)) },
  })
}

function isLater({ action }: OutboxItem): boolean {
  return action.type === 'batch' && action.batch > 0
}

/** Every outbox item is carried out once at most, and the worker that got the first lease of a node is gone. */
function crashingOnce(store: Store): Store['attempts']['begin'] {
  const begun = new Set<string>()
  return async (task, worker) => {
    const name = `${task.job} ${task.node}`
    if (begun.has(name)) return undefined
    begun.add(name)
    await store.attempts.begin(task, worker)
    return undefined
  }
}

test.run()
