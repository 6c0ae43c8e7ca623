import assert from 'node:assert/strict'
import { type JobBench, sampleError } from '../jobs/job-bench.js'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { withReaders } from './moment-bench.js'
import type { MomentLawsOptions } from './moment-laws-options.js'

/** Laws of a moment that is lost, and of jobs that need none. Run by `momentLaws`. */
export function lossLaws(test: LawTest, options: MomentLawsOptions): void {
  test('one moment: when it is lost all is read again at another one, and what was read before is committed no more', () =>
    withReaders(options, async ({ one, other, add, write, now, lose }) => {
      const bench = await add({ batches: [['a', 'b', 'c'], ['d']] })
      const { attempts } = bench.store
      const [done, reading] = [await bench.lease('a'), await bench.lease('b')]
      await one.read(done)
      await attempts.run(done, { moment: 1, counts: { rows: 1 }, output: 'what was read' })
      await other.read(reading, write)
      await lose()
      await forgetOutbox(bench)
      const after = await now()
      const seen = [after, after, 2]
      const last = await bench.lease('c')
      assert.deepEqual(await other.read(last, write), seen)
      await refuses(
        'a commit of what was read before',
        () => attempts.run(reading, { moment: 1 }),
        'lease-lost',
      )
      const { status, counts, moment, output } = await bench.node('a')
      assert.deepEqual([status, counts, moment, output], ['waiting', undefined, undefined, undefined])
      assert.deepEqual(await bench.batches(), [0])
      await attempts.run(last, { moment: 2 })
      for (const piece of ['a', 'b']) {
        assert.equal((await bench.job()).batch, 0)
        const again = await bench.lease(piece)
        assert.deepEqual(await one.read(again), seen)
        await attempts.run(again, { moment: 2 })
      }
      assert.equal((await bench.job()).batch, 1)
    }))

  test('one moment: an attempt that was taken over takes none, and takes back nothing', () =>
    withReaders(options, async ({ one, other, add, lose }) => {
      for (const batches of [
        [['a', 'b', 'c'], ['d']],
        [['a', 'b'], ['c']],
      ]) {
        const bench = await add({ batches })
        const { attempts } = bench.store
        const stale = await bench.lease('a')
        await one.read(stale)
        await attempts.fail(stale, { ...sampleError, retryable: true }, [], 0)
        for (const lease of [await bench.lease('a', 2), await bench.lease('b')]) {
          await other.read(lease)
          await attempts.run(lease, { moment: 1 })
        }
        const before = await bench.job()
        await lose()
        await refuses('a read of the attempt before', () => one.read(stale), 'lease-lost')
        assert.deepEqual(await bench.job(), before)
        for (const piece of ['a', 'b']) assert.equal((await bench.node(piece)).status, 'done')
        if (before.batch > 0) continue
        assert.equal((await other.read(await bench.lease('c')))[2], 2)
        for (const piece of ['a', 'b']) assert.equal((await bench.node(piece)).status, 'waiting')
      }
    }))

  test('one moment: a plan that was made before a loss stays', () =>
    withReaders(options, async ({ one, add, write, now, lose }) => {
      const bench = await add({ batches: [['p'], ['a', 'b']], plans: ['p'] })
      const plan = await bench.lease('p')
      await one.read(plan, write)
      await bench.store.attempts.run(plan, {})
      await lose()
      const after = await now()
      assert.deepEqual(await one.read(await bench.lease('a')), [after, after, 2])
      assert.equal((await bench.node('p')).status, 'done')
    }))

  test('one moment: an export that loses what it has read a third time fails', () =>
    withReaders(options, async ({ one, other, add, lose }) => {
      const bench = await add({ batches: [['a', 'b']] })
      const last = await bench.lease('b')
      for (let moment = 1; moment <= 3; moment++) {
        const lease = await bench.lease('a')
        assert.equal((await one.read(lease))[2], moment)
        await bench.store.attempts.run(lease, { moment })
        await lose()
        if (moment < 3) await other.read(last)
      }
      const error = await refuses('another moment', () => other.read(last), 'snapshot-lost')
      assert.equal(error.retryable, true)
    }))

  test('one moment: a moment that is lost before anything was read to its end counts for nothing', () =>
    withReaders(options, async ({ one, add, lose }) => {
      const bench = await add({ batches: [['a', 'b']] })
      const lease = await bench.lease('a')
      for (let moment = 1; moment <= 6; moment++) {
        assert.equal((await one.read(lease))[2], moment)
        await lose()
      }
    }))

  test('one moment: what a retry has taken over is read again with what it reads', () =>
    withReaders(options, async ({ one, add }) => {
      const before = await add({})
      const bench = await add({ batches: [['a', 'b'], ['c']], retryOf: before.id })
      await bench.done('a', { reusedFrom: before.id, counts: { rows: 1 } })
      assert.equal(await one.moments.isTaken(bench.id), false)
      await one.read(await bench.lease('b'))
      assert.equal(await one.moments.isTaken(bench.id), true)
      const { status, counts, reusedFrom } = await bench.node('a')
      assert.deepEqual([status, counts, reusedFrom], ['waiting', undefined, undefined])
    }))

  test('one moment: the only node of a job that reads takes none', () =>
    withReaders(options, async ({ one, add, write, now }) => {
      const bench = await add({ batches: [['a']] })
      const before = await now()
      assert.deepEqual(await one.read(await bench.lease('a'), write), [before, before, undefined])
      assert.equal(await one.moments.isTaken(bench.id), false)
      assert.equal((await bench.job()).snapshotTakenAt, undefined)
    }))

  test('one moment: a node that fails, or is aborted, leaves it to the others', () =>
    withReaders(options, async ({ one, other, add, write, now }) => {
      const bench = await add({ batches: [['a', 'b']] })
      const before = await now()
      const lease = await bench.lease('a')
      const broken = new Error('the piece broke')
      await assert.rejects(
        one.read(lease, () => Promise.reject(broken)),
        broken,
      )
      await write()
      const gone = AbortSignal.abort(new Error('the job was cancelled'))
      const aborted = one.moments.read(lease, async (tx) => tx.query('SELECT'), { signal: gone })
      await assert.rejects(aborted, /the job was cancelled/)
      const seen = [before, before, 1]
      assert.deepEqual(await one.read(lease), seen)
      assert.deepEqual(await other.read(await bench.lease('b')), seen)
    }))
}

/** What comes later is seen by itself. */
async function forgetOutbox({ store, id }: JobBench): Promise<void> {
  const items = await store.outbox.pending(10_000)
  const own = items.filter(({ action }) => (action.type === 'batch' ? action.job : action.task.job) === id)
  await store.outbox.acknowledge(own.map((item) => item.id))
}
