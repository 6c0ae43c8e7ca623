import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isTerminal, type Job, type PrincipalLimit, type Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { batchesOf, draftOf, end, finish, jobOf, underWay } from './limited-jobs.js'

/** Laws of how many jobs of all principals may be under way, and whose turn it is. Run by `jobStoreLaws`. */
export function turnLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: of all jobs no more begin than may; then one of each principal in turn, of each the oldest', async () => {
    const store = await make(longLease)
    const others = await admittedOf(store)
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    const jobs: Job[] = []
    for (const principal of [a, a, a, b, b, c])
      jobs.push(await store.jobs.create({ ...jobOf(principal), concurrentJobs: others + 1 }))
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

  test('one truth: a draft waits behind those that were asked for before it was run', async () => {
    const store = await make(longLease)
    const concurrentJobs = (await admittedOf(store)) + 1
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    const draft = draftOf(b)
    await store.drafts.create(draft.job, async () => undefined)
    const running = await store.jobs.create({ ...jobOf(a), concurrentJobs })
    const waiting = await store.jobs.create({ ...jobOf(c), concurrentJobs })
    const run = await draft.run(store, { concurrentJobs })
    assert.equal(run.throttled, true)
    const jobs = [running, waiting, run]
    for (const next of jobs) {
      assert.deepEqual(await underWay(store, jobs), [next.id])
      await end(store, next)
    }
  })

  test('one truth: a draft that is given up takes no turn', async () => {
    const store = await make(longLease)
    const concurrentJobs = (await admittedOf(store)) + 1
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    const running = await store.jobs.create({ ...jobOf(a), concurrentJobs })
    const draft = draftOf(b)
    await store.drafts.create(draft.job, async () => undefined)
    await store.jobs.cancel(draft.job.id)
    const [older, newer] = [
      await store.jobs.create({ ...jobOf(b), concurrentJobs }),
      await store.jobs.create({ ...jobOf(c), concurrentJobs }),
    ]
    for (const next of [running, older, newer]) {
      assert.deepEqual(await underWay(store, [running, older, newer]), [next.id])
      await end(store, next)
    }
    await finish(store, draft.job)
  })

  test('one truth: priority comes before turns, and who is refused counts what waits for its turn', async () => {
    const store = await make(longLease)
    const concurrentJobs = (await admittedOf(store)) + 1
    const [a, b] = [randomUUID(), randomUUID()]
    const running = await store.jobs.create({ ...jobOf(a), concurrentJobs })
    const refusing: PrincipalLimit = { jobs: 1, whenFull: 'refuse' }
    const waiting = await store.jobs.create({ ...jobOf(b, refusing), concurrentJobs })
    assert.equal(waiting.throttled, true)
    const tooMany = () => store.jobs.create({ ...jobOf(b, refusing), concurrentJobs })
    await refuses('a job too many', tooMany, 'too-many-jobs')
    const prior = await store.jobs.create({ ...jobOf(a), concurrentJobs, priority: 5 })
    const jobs = [running, waiting, prior]
    for (const next of [running, prior, waiting]) {
      assert.deepEqual(await underWay(store, jobs), [next.id])
      await end(store, next)
    }
  })
}

/** How many jobs have begun, or may at any moment; those of other laws may be among them. */
async function admittedOf(store: Store): Promise<number> {
  const all = await store.jobs.list({ limit: 100_000 })
  return all.filter(({ throttled, status, batches }) => !throttled && batches > 0 && !isTerminal(status))
    .length
}
