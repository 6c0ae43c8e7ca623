import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Job, NewJob, PrincipalLimit, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease, nothing } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob } from './sample-job.js'

/** Laws of how many jobs a principal may have under way. Run by `jobStoreLaws`. */
export function limitLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('exclusion: of racing requests of one principal no more are admitted than may be; the others are refused', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    const jobs = Array.from({ length: 30 }, () => jobOf(principal, { jobs: 3, whenFull: 'refuse' }))
    const outcomes = await Promise.allSettled(jobs.map((job) => store.jobs.create(job)))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3)
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') continue
      const losing = () => Promise.reject(outcome.reason)
      const error = await refuses('a job too many', losing, 'too-many-jobs')
      assert.deepEqual([error.retryable, error.facts.running, error.facts.limit], [true, 3, 3])
      const { id, claims } = jobs[index] ?? assert.fail()
      assert.equal(await store.jobs.get(id), undefined)
      await store.guard.checkEditable(claims[0] ?? '')
    }
    assert.equal((await store.jobs.create(jobOf(randomUUID(), one))).throttled, undefined)
  })

  test('exclusion: of racing requests that may wait no more begin than may; the others keep their claims and are not submitted', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    const created = await Promise.all(
      Array.from({ length: 12 }, () => store.jobs.create(jobOf(principal, two))),
    )
    const waiting = created.filter((job) => job.throttled)
    assert.equal(waiting.length, 10)
    for (const job of created) {
      assert.equal(job.status, 'pending')
      assert.deepEqual(await batchesOf(store, job), job.throttled ? [] : [0])
      const held = () => store.guard.checkEditable(`project:${job.tree.id}`)
      await refuses('checkEditable', held, 'resource-busy')
    }
    const [first] = waiting
    assert.ok(first)
    const overdue = await store.attempts.overdue(new Date(Date.now() + 60_000))
    assert.ok(!overdue.some(({ job }) => job === first.id), 'the sweep submits a job that waits')
    for (const { id } of await store.reports.nodes(first.id)) {
      assert.equal(await store.attempts.begin({ job: first.id, node: id, attempt: 1 }, 'w'), undefined)
    }
  })

  test('one truth: in the step that ends a job the next one begins: by priority, then age', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    const priorities = [undefined, 0, 5, -1, 5]
    const jobs: Job[] = []
    for (const priority of priorities) {
      jobs.push(await store.jobs.create({ ...jobOf(principal, one), ...(priority && { priority }) }))
    }
    const [a, b, c, d, e] = jobs as [Job, Job, Job, Job, Job]
    const order: string[] = []
    for (const next of [a, c, e, b, d]) {
      const begun = await underWay(store, jobs)
      assert.deepEqual(begun, [next.id], 'one job is under way, and it is the next one')
      order.push(...begun)
      await end(store, next)
    }
    assert.equal(new Set(order).size, 5)
    assert.deepEqual(await underWay(store, jobs), [])
    for (const job of jobs)
      assert.equal((await batchesOf(store, job)).filter((batch) => batch === 0).length, 1)
  })

  test('one truth: the sweep lets jobs begin that have room, each once, and no others', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    // Its own end makes no room where it was created without a limit.
    const { limit: _, ...unlimited } = jobOf(principal, one)
    const first = await store.jobs.create(unlimited)
    const jobs = [
      await store.jobs.create(jobOf(principal, one)),
      await store.jobs.create(jobOf(principal, one)),
    ]
    await store.limits.admit()
    assert.deepEqual(await underWay(store, jobs), [])
    await end(store, first)
    await Promise.all([1, 2, 3].map(() => store.limits.admit()))
    assert.deepEqual(await underWay(store, jobs), [jobs[0]?.id])
    assert.deepEqual(await batchesOf(store, jobs[0]), [0])
  })

  test('one truth: of all jobs no more begin than may; then one of each principal in turn, of each the oldest', async () => {
    const store = await make(longLease)
    const others = await admittedOf(store)
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    const jobs: Job[] = []
    for (const principal of [a, a, a, b, b, c]) {
      const { limit: _, ...job } = jobOf(principal, one)
      jobs.push(await store.jobs.create({ ...job, concurrentJobs: others + 1 }))
    }
    const [a1, a2, a3, b1, b2, c1] = jobs as [Job, Job, Job, Job, Job, Job]
    for (const job of jobs) {
      assert.deepEqual(await batchesOf(store, job), job === a1 ? [0] : [])
      const held = () => store.guard.checkEditable(`project:${job.tree.id}`)
      await refuses('checkEditable', held, 'resource-busy')
    }
    await store.limits.admit()
    for (const next of [a1, b1, c1, a2, b2, a3]) {
      assert.deepEqual(await underWay(store, jobs), [next.id])
      await end(store, next)
    }
    for (const job of jobs)
      assert.equal((await batchesOf(store, job)).filter((batch) => batch === 0).length, 1)
  })

  test('one truth: priority comes before turns, and who is refused counts what waits for its turn', async () => {
    const store = await make(longLease)
    const concurrentJobs = (await admittedOf(store)) + 1
    const [a, b] = [randomUUID(), randomUUID()]
    const { limit: _, ...first } = jobOf(a, one)
    const { limit: _l, ...urgent } = jobOf(a, one)
    const running = await store.jobs.create({ ...first, concurrentJobs })
    const refusing: PrincipalLimit = { jobs: 1, whenFull: 'refuse' }
    const waiting = await store.jobs.create({ ...jobOf(b, refusing), concurrentJobs })
    assert.equal(waiting.throttled, true)
    const tooMany = () => store.jobs.create({ ...jobOf(b, refusing), concurrentJobs })
    await refuses('a job too many', tooMany, 'too-many-jobs')
    const prior = await store.jobs.create({ ...urgent, concurrentJobs, priority: 5 })
    const jobs = [running, waiting, prior]
    for (const next of [running, prior, waiting]) {
      assert.deepEqual(await underWay(store, jobs), [next.id])
      await end(store, next)
    }
  })

  test('nothing half-made: a job that is cancelled while it waits goes to its last step, and takes no other job’s place', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    const jobs: Job[] = []
    for (let count = 0; count < 3; count++) jobs.push(await store.jobs.create(jobOf(principal, one)))
    const [first, second, third] = jobs as [Job, Job, Job]
    await store.jobs.cancel(second.id)
    assert.deepEqual(await batchesOf(store, second), [1])
    await finish(store, second)
    assert.equal((await store.jobs.get(second.id))?.status, 'cancelled')
    await store.limits.admit()
    assert.deepEqual(await underWay(store, [second, third]), [], 'the first job is still under way')
    await end(store, first)
    assert.deepEqual(await underWay(store, [third]), [third.id])
  })

  test('a draft counts from its run on', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    const { job, run } = draftOf(principal)
    await store.drafts.create(job, async () => undefined)
    const first = await store.jobs.create(jobOf(principal, one))
    assert.equal(first.throttled, undefined)
    await refuses('a run too many', () => run(store, { jobs: 1, whenFull: 'refuse' }), 'too-many-jobs')
    assert.equal((await store.jobs.get(job.id))?.status, 'draft')
    const waiting = await run(store, one)
    assert.deepEqual(
      [waiting.status, waiting.throttled, await batchesOf(store, waiting)],
      ['pending', true, []],
    )
    await end(store, first)
    assert.deepEqual(await batchesOf(store, waiting), [0])
  })
}

const one: PrincipalLimit = { jobs: 1, whenFull: 'wait' }
const two: PrincipalLimit = { jobs: 2, whenFull: 'wait' }

function jobOf(principal: string, limit: PrincipalLimit): NewJob {
  return { ...sampleJob({ batches: [['a']] }), principal: { id: principal }, limit }
}

function draftOf(principal: string) {
  const { nodes, batches, ...job } = sampleJob({ kind: 'import', batches: [['a']] })
  const request = { options: {}, input: { format: 'folder', uploads: [] } }
  const asked = { ...job, request, principal: { id: principal } }
  const last = { id: 'finish', task: 'finish', batch: 0 } as const
  return {
    job: { ...asked, nodes: [last], batches: 0 },
    run: (store: Store, limit: PrincipalLimit) =>
      store.drafts.run(job.id, { nodes, batches, request, limit }),
  }
}

/** Batches of the job that the outbox holds. */
async function batchesOf(store: Store, job: Job | undefined): Promise<readonly number[]> {
  const items = await store.outbox.pending(10_000)
  return items.flatMap(({ action }) =>
    action.type === 'batch' && action.job === job?.id ? [action.batch] : [],
  )
}

/** How many jobs have begun, or may at any moment; those of other laws may be among them. */
async function admittedOf(store: Store): Promise<number> {
  const all = await store.jobs.list({ limit: 100_000 })
  const over = ['draft', 'succeeded', 'failed', 'cancelled']
  return all.filter(({ throttled, status }) => !throttled && !over.includes(status)).length
}

/** Ids of those that have begun and not ended. */
async function underWay(store: Store, jobs: readonly Job[]): Promise<readonly string[]> {
  const now = await Promise.all(jobs.map(({ id }) => store.jobs.get(id)))
  return now.flatMap((job) => (job && !job.throttled && job.status === 'pending' ? [job.id] : []))
}

async function end(store: Store, job: Job): Promise<void> {
  for (const { id, task } of await store.reports.nodes(job.id)) {
    if (task !== 'finish') await done(store, job, id)
  }
  await finish(store, job)
}

const finish = (store: Store, job: Job): Promise<void> => done(store, job, 'finish')

async function done(store: Store, { id }: Job, node: string): Promise<void> {
  const lease = await store.attempts.begin({ job: id, node, attempt: 1 }, 'worker-of-the-laws')
  assert.ok(lease, `no lease was given for ${node}`)
  await store.attempts.run(lease, nothing())
}
