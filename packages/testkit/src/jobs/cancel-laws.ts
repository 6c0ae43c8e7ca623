import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of cancelling. Run by `jobStoreLaws`. */
export function cancelLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('nothing half-made: cancel skips what waits, stops what runs, and ends with the last step', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b', 'c'], ['d']] })
    const { attempts, jobs } = bench.store
    await bench.done('a')
    const running = await bench.lease('b')
    assert.deepEqual(await attempts.heartbeat(running), {})
    const cancelled = await jobs.cancel(bench.id)
    assert.deepEqual([cancelled.status, cancelled.outcome], ['ending', 'cancelled'])
    assert.equal(cancelled.error?.code, 'cancelled')
    assert.deepEqual(
      await Promise.all(['a', 'b', 'c'].map(async (piece) => (await bench.node(piece)).status)),
      ['done', 'running', 'skipped'],
    )
    assert.equal(await bench.begin('c'), undefined)
    assert.equal(await bench.begin('finish'), undefined)
    assert.deepEqual(await bench.batches(), [0])
    assert.equal(cancelled.stopped, true)
    assert.deepEqual(await attempts.heartbeat(running), { stopped: cancelled.error })
    assert.equal((await attempts.fail(running, sampleError, [])).outcome, 'cancelled')
    assert.deepEqual(await bench.batches(), [0, 2])
    assert.equal(await bench.begin('d'), undefined)
    const ended = await bench.done('finish')
    assert.deepEqual([ended.status, ended.error?.code], ['cancelled', 'cancelled'])
    assert.equal((await bench.node('d')).status, 'skipped')
  })

  test('nothing half-made: a node that ends well while its job is cancelled keeps what it did', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a'], ['b']] })
    const running = await bench.lease('a')
    await bench.store.jobs.cancel(bench.id)
    const job = await bench.store.attempts.run(running, nothing({ counts: { rows: 1 } }))
    assert.deepEqual([job.outcome, job.batch], ['cancelled', 2])
    assert.equal((await bench.node('a')).status, 'done')
    assert.deepEqual(await bench.batches(), [0, 2])
  })

  test('nothing half-made: a job that is cancelled before it runs goes straight to its last step', async () => {
    const bench = await jobBench(await make(longLease))
    const { status, batch } = await bench.store.jobs.cancel(bench.id)
    assert.deepEqual([status, batch], ['ending', 2])
    assert.deepEqual(await bench.batches(), [0, 2])
    assert.equal(await bench.begin('a'), undefined)
    assert.equal((await bench.done('finish')).status, 'cancelled')
  })

  test('nothing half-made: a second cancel changes nothing, and neither does one when there is nothing left to stop', async () => {
    const store = await make(longLease)
    const cancelled = await jobBench(store)
    const first = await store.jobs.cancel(cancelled.id)
    assert.deepEqual(await store.jobs.cancel(cancelled.id), first)
    assert.deepEqual(await cancelled.batches(), [0, 2])

    const succeeded = await jobBench(store, { batches: [['a']] })
    const before = await succeeded.done('a')
    assert.deepEqual(await store.jobs.cancel(succeeded.id), before)
    assert.equal((await succeeded.done('finish')).status, 'succeeded')

    const failed = await jobBench(store, { batches: [['a']] })
    const over = await failed.failed('a')
    assert.deepEqual(await store.jobs.cancel(failed.id), over)
    assert.equal((await failed.done('finish')).status, 'failed')
  })

  test('nothing half-made: a cancel stops what goes on after a node has failed; the outcome stands, and the error tells of both', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b', 'c'], ['d']] })
    const { attempts, jobs } = bench.store
    const running = await bench.lease('b')
    const { error } = await bench.failed('a')
    const stopped = await jobs.cancel(bench.id)
    assert.deepEqual([stopped.outcome, stopped.stopped], ['failed', true])
    assert.deepEqual(stopped.error, { ...error, message: `${error?.message} The job was cancelled.` })
    assert.equal((await bench.node('c')).status, 'skipped')
    assert.deepEqual(await attempts.heartbeat(running), { stopped: stopped.error })
    assert.deepEqual(await jobs.cancel(bench.id), stopped)
    assert.deepEqual(await bench.batches(), [0])
    await attempts.fail(running, sampleError, [])
    assert.deepEqual(await bench.batches(), [0, 2])
    const ended = await bench.done('finish')
    assert.deepEqual([ended.status, ended.error], ['failed', stopped.error])
  })

  test('nothing half-made: cancelling while nodes end leaves one outcome and one last step', async () => {
    const store = await make(longLease)
    for (let round = 0; round < 10; round++) {
      const bench = await jobBench(store, { batches: [['a', 'b']] })
      const [a, b] = [await bench.lease('a'), await bench.lease('b')]
      await Promise.all([
        store.attempts.run(a, nothing()),
        store.jobs.cancel(bench.id),
        store.attempts.run(b, nothing()),
      ])
      const { outcome } = await bench.job()
      assert.ok(outcome === 'succeeded' || outcome === 'cancelled', `the outcome is ${outcome}`)
      assert.deepEqual(await bench.batches(), [0, 1])
      assert.equal((await bench.done('finish')).status, outcome)
    }
  })
}
