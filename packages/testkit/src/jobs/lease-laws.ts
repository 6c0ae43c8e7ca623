import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { leaseClock } from './lease-clock.js'

/** Laws of leases, fences and what the sweep finds. Run by `jobStoreLaws`. */
export function leaseLaws(lawTest: LawTest, { make }: JobStoreLawsOptions): void {
  const clock = leaseClock(lawTest)
  const { test, sleep } = clock

  test('exactly once: a stale fence cannot commit: an attempt that was taken over changes nothing any more', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }))
    const { attempts } = bench.store
    const stale = await bench.lease('a')
    assert.equal(await bench.begin('a'), undefined)
    await sleep(clock.leaseMs + 50)
    const fresh = await bench.lease('a')
    assert.ok(fresh.fence > stale.fence, 'the fence must grow')
    assert.equal(fresh.attempt, stale.attempt)
    await refuses('run', () => attempts.run(stale, nothing({ counts: { rows: 1 } })), 'lease-lost')
    await refuses('fail', () => attempts.fail(stale, sampleError, []), 'lease-lost')
    await refuses('retry', () => attempts.fail(stale, sampleError, [], 10), 'lease-lost')
    await refuses('heartbeat', () => attempts.heartbeat(stale, { done: 1 }), 'lease-lost')
    const { status, counts, error, progress } = await bench.node('a')
    assert.deepEqual([status, counts, error, progress], ['running', undefined, undefined, undefined])
    await attempts.run(fresh, nothing({ counts: { rows: 2 } }))
    assert.deepEqual((await bench.node('a')).counts, { rows: 2 })
    assert.equal((await bench.job()).error, undefined)
  })

  test('exactly once: of many workers that see a lapsed lease one takes it over', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }))
    await bench.lease('a')
    await sleep(clock.leaseMs + 50)
    const begun = await Promise.all(Array.from({ length: 10 }, () => bench.begin('a')))
    assert.equal(begun.filter((lease) => lease !== undefined).length, 1)
  })

  test('exactly once: a heartbeat prolongs the lease and stores progress', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }))
    const lease = await bench.lease('a')
    for (const done of [1, 2, 3, 4]) {
      await sleep(clock.leaseMs / 3)
      assert.deepEqual(await bench.store.attempts.heartbeat(lease, { done, total: 4 }), {})
      assert.deepEqual((await bench.node('a')).progress, { done, total: 4 })
    }
    assert.equal(await bench.begin('a'), undefined)
    await bench.store.attempts.heartbeat(lease)
    assert.deepEqual((await bench.node('a')).progress, { done: 4, total: 4 })
    await bench.store.attempts.run(lease, nothing())
  })

  test('one truth: the sweep finds tasks that wait too long, of the current batch of unfinished jobs', async () => {
    const bench = await jobBench(await make(longLease))
    const overdue = async (submittedBefore: number) =>
      (await bench.store.attempts.overdue(new Date(submittedBefore)))
        .filter(({ job }) => job === bench.id)
        .map(({ node, attempt }) => `${node.at(-1)}${attempt}`)
        .sort()
    const [longAgo, later] = [Date.now() - 3_600_000, Date.now() + 3_600_000]
    assert.deepEqual(await overdue(longAgo), [])
    assert.deepEqual(await overdue(later), ['a1', 'b1'])
    await bench.store.attempts.fail(await bench.lease('a'), sampleError, [], 1)
    const running = await bench.lease('b')
    assert.deepEqual(await overdue(later), ['a2'])
    await bench.store.attempts.run(running, nothing())
    await bench.store.attempts.fail(await bench.lease('a', 2), sampleError, [])
    assert.deepEqual(await overdue(later), ['h1'])
    await bench.done('finish')
    assert.deepEqual(await overdue(later), [])
  })

  test('one truth: a task that the sweep has found counts as submitted', async () => {
    const bench = await jobBench(await make(longLease))
    const overdue = async (submittedBefore: number) =>
      (await bench.store.attempts.overdue(new Date(submittedBefore))).filter(({ job }) => job === bench.id)
        .length
    await sleep(5)
    const begun = Date.now()
    // Longer than the store's clock and this one may differ.
    await sleep(100)
    assert.equal(await overdue(begun), 2)
    assert.equal(await overdue(begun), 0)
  })

  test('one truth: what waits beside a lease that has lapsed is found with it, once', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }), {
      batches: [['a', 'b', 'c'], ['d']],
    })
    const overdue = async () =>
      (await bench.store.attempts.overdue(new Date(Date.now() - 3_600_000)))
        .filter(({ job }) => job === bench.id)
        .map(({ node, attempt }) => `${node.at(-1)}${attempt}`)
        .sort()
    await bench.lease('a')
    // It waits for its next attempt, and for no lease.
    await bench.store.attempts.fail(await bench.lease('c'), sampleError, [], 3_600_000)
    assert.deepEqual(await overdue(), [])
    await sleep(clock.leaseMs + 50)
    assert.deepEqual(await overdue(), ['a1', 'b1'])
    assert.deepEqual(await overdue(), ['a1'])
  })

  test('one truth: the sweep finds tasks whose lease has lapsed, and no others', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }), { batches: [['a']] })
    const overdue = async () =>
      (await bench.store.attempts.overdue(new Date(Date.now() - 3_600_000))).filter(
        ({ job }) => job === bench.id,
      )
    const crashed = await bench.lease('a')
    assert.deepEqual(await overdue(), [])
    await sleep(clock.leaseMs + 50)
    assert.deepEqual(await overdue(), [{ job: bench.id, node: crashed.node.id, attempt: 1 }])
    const taken = await bench.lease('a')
    assert.deepEqual(await overdue(), [])
    await bench.store.attempts.run(taken, nothing())
    await sleep(clock.leaseMs + 50)
    assert.deepEqual(await overdue(), [])
  })
}
