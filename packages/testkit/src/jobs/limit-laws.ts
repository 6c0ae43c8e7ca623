import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Job, PrincipalLimit } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { batchesOf, draftOf, end, finish, jobOf, underWay } from './limited-jobs.js'

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
    const first = await store.jobs.create(jobOf(principal))
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
    await refuses(
      'a run too many',
      () => run(store, { limit: { jobs: 1, whenFull: 'refuse' } }),
      'too-many-jobs',
    )
    assert.equal((await store.jobs.get(job.id))?.status, 'draft')
    const waiting = await run(store, { limit: one })
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
