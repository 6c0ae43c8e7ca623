import assert from 'node:assert/strict'
import { gate } from '../gate.js'
import type { LawTest } from '../law.js'
import { within } from '../within.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of the order of batches. Run by `jobStoreLaws`. */
export function batchLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('order: a batch follows when the last node before it has ended, in that step and never sooner', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b'], ['c'], ['d']] })
    assert.equal((await bench.done('a')).batch, 0)
    assert.deepEqual(await bench.batches(), [0])
    assert.equal(await bench.begin('c'), undefined)
    assert.equal((await bench.done('b')).batch, 1)
    assert.deepEqual(await bench.batches(), [0, 1])
    assert.equal(await bench.begin('d'), undefined)
    assert.equal(await bench.begin('finish'), undefined)
    assert.equal((await bench.done('c')).batch, 2)
    assert.deepEqual(await bench.batches(), [0, 1, 2])
    const drained = await bench.done('d')
    assert.deepEqual([drained.batch, drained.status, drained.outcome], [3, 'ending', 'succeeded'])
    assert.deepEqual(await bench.batches(), [0, 1, 2, 3])
  })

  test('order: the next batch is not seen while the work before it is uncommitted', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a'], ['b']] })
    const [inside, end] = [gate(), gate()]
    const run = bench.store.attempts.run(await bench.lease('a'), async () => {
      inside.open()
      await end.opened
      return {}
    })
    run.catch(() => {})
    try {
      await within(10_000, 'the work to begin', inside.opened)
      assert.deepEqual(await bench.batches(), [0])
      assert.equal(await bench.begin('b'), undefined)
    } finally {
      end.open()
    }
    await run
    assert.deepEqual(await bench.batches(), [0, 1])
  })

  test('one truth: nodes that end at the same time are all counted, and one batch follows', async () => {
    const pieces = Array.from({ length: 24 }, (_, index) => `p${index}`)
    const bench = await jobBench(await make(longLease), { batches: [pieces, ['last']] })
    const leases = await Promise.all(pieces.map((piece) => bench.lease(piece)))
    const jobs = await Promise.all(leases.map((lease) => bench.store.attempts.run(lease, nothing())))
    assert.deepEqual(
      jobs.map(({ batch }) => batch).sort(),
      pieces.map((_, index) => (index === pieces.length - 1 ? 1 : 0)),
    )
    assert.deepEqual(await bench.batches(), [0, 1])
    assert.equal((await bench.job()).batch, 1)
  })

  test('order: when a node fails, the rest of its batch runs, no later batch starts, and then the job ends', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b', 'c'], ['d']] })
    const running = await bench.lease('b')
    const job = await bench.failed('a')
    assert.deepEqual([job.status, job.outcome, job.error], ['ending', 'failed', sampleError])
    assert.deepEqual(await bench.batches(), [0])
    assert.equal(await bench.begin('finish'), undefined)
    assert.deepEqual(await bench.store.attempts.heartbeat(running), {})
    await bench.store.attempts.run(running, nothing({ counts: { rows: 1 } }))
    assert.equal((await bench.node('b')).status, 'done')
    assert.equal((await bench.done('c')).batch, 2)
    assert.deepEqual(await bench.batches(), [0, 2])
    assert.equal(await bench.begin('d'), undefined)
    assert.equal((await bench.done('finish')).status, 'failed')
    assert.deepEqual([(await bench.node('a')).status, (await bench.node('a')).error], ['failed', sampleError])
  })

  test('order: work that reports an error is kept, and ends the job like a failure', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a'], ['b']] })
    const error = { ...sampleError, code: 'validation-failed' as const }
    const job = await bench.done('a', { error, counts: { rows: 3 } })
    assert.deepEqual([job.outcome, job.error, job.batch], ['failed', error, 2])
    const node = await bench.node('a')
    assert.deepEqual([node.status, node.error, node.counts], ['failed', error, { rows: 3 }])
    assert.deepEqual(await bench.batches(), [0, 2])
  })

  test('order: of several errors the first one stands', async () => {
    const bench = await jobBench(await make(longLease))
    await bench.failed('a')
    const job = await bench.failed('b', { ...sampleError, code: 'sample/second' })
    assert.deepEqual([job.error, job.batch], [sampleError, 2])
    assert.equal((await bench.node('b')).error?.code, 'sample/second')
  })
}
