import assert from 'node:assert/strict'
import type { Delivered, KeptOutput } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { type JobBench, jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { leaseClock } from './lease-clock.js'
import { sampleJob } from './sample-job.js'

const expiresAt = new Date('2090-01-01T00:00:00.000Z')

/** Laws of jobs that deliver what they have made. Run by `jobStoreLaws`. */
export function deliveryLaws(lawTest: LawTest, { make }: JobStoreLawsOptions): void {
  const clock = leaseClock(lawTest)
  const { test, sleep } = clock

  test('exclusion: a job that delivers holds no claim, from the commit on that ended the batch before', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b']], deliver: ['x'] })
    const { store } = bench
    await bench.done('a')
    assert.deepEqual(await holderIds(bench), [bench.id])
    assert.equal((await bench.done('b')).status, 'delivering')
    assert.deepEqual(await holderIds(bench), [])
    assert.deepEqual(await bench.batches(), [0, 1])
    const { id } = await store.jobs.create({ ...sampleJob(), claims: [bench.path] })
    await bench.done(delivery('x'))
    const ended = await bench.done('finish')
    assert.deepEqual(
      ended.changes.map(({ status }) => status),
      ['pending', 'running', 'delivering', 'ending', 'succeeded'],
    )
    assert.deepEqual(await holderIds(bench), [id], 'the claim of another job was freed')
  })

  test('exclusion: a job that fails before it delivers holds its claim to its end, and delivers nothing', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b']], deliver: ['x'] })
    await bench.done('b', { result: { outputs: [kept('sample/b')] } })
    await bench.failed('a')
    assert.deepEqual(await bench.batches(), [0, 2])
    assert.deepEqual(await holderIds(bench), [bench.id])
    const ended = await bench.done('finish')
    assert.deepEqual([ended.status, ended.result], ['failed', {}], 'the result names what is deleted')
    assert.deepEqual(await holderIds(bench), [])
  })

  test('one truth: the time limit of a job ends with what it makes; deliveries are not stopped by it', async () => {
    const store = await make(longLease)
    const timeLimitMs = 1.25 * clock.leaseMs
    const sample = { batches: [['a']], deliver: ['x', 'y'], timeLimitMs }
    const [delivering, failing, late] = [
      await jobBench(store, sample),
      await jobBench(store, sample),
      await jobBench(store, sample),
    ]
    for (const bench of [delivering, failing]) await bench.done('a')
    await failing.failed(delivery('x'))
    await sleep(timeLimitMs + 50)
    const expired = (await store.limits.expire()).map(({ id }) => id)
    assert.ok(expired.includes(late.id), 'what makes is stopped')
    for (const bench of [delivering, failing]) {
      assert.ok(!expired.includes(bench.id), 'a delivery is stopped')
      assert.equal((await bench.node(delivery('y'))).status, 'waiting')
      await bench.done(delivery('y'))
    }
    assert.equal((await delivering.done(delivery('x'))).outcome, 'succeeded')
    assert.equal((await failing.job()).error?.code, sampleError.code)
  })

  test('nothing half-made: a cancel and a failure of deliveries keep what was finished before', async () => {
    const store = await make(longLease)
    const outputs = [kept('sample/a')]
    for (const end of ['cancelled', 'failed'] as const) {
      const bench = await jobBench(store, { batches: [['a']], deliver: ['x', 'y', 'z'] })
      await bench.done('a', { result: { outputs } })
      const deliveries = [delivered('x')]
      await bench.done(delivery('x'), { result: { deliveries } })
      const running = await bench.lease(delivery('y'))
      if (end === 'cancelled') {
        const { error } = await store.jobs.cancel(bench.id)
        assert.deepEqual(await store.attempts.heartbeat(running), { stopped: error })
        assert.equal((await bench.node(delivery('z'))).status, 'skipped')
      } else await bench.done(delivery('z'))
      await store.attempts.fail(running, sampleError, [])
      const ended = await bench.done('finish')
      assert.deepEqual([ended.status, ended.result], [end, { outputs, deliveries }])
      assert.deepEqual((await store.jobs.get(bench.id))?.result, { outputs, deliveries })
    }
  })

  test('one truth: a job that delivers only is never running', async () => {
    const bench = await jobBench(await make(longLease), { batches: [], deliver: ['x'], kind: 'delivery' })
    await bench.store.jobs.submitted(bench.id)
    assert.equal((await bench.lease(delivery('x'))).job.status, 'delivering')
    assert.deepEqual(
      (await bench.store.jobs.list({ resource: (await bench.job()).tree })).map(({ id }) => id),
      [bench.id],
    )
  })

  test('one truth: what nodes of one batch have made is all in the result', async () => {
    const store = await make(longLease)
    const names = ['a', 'b', 'c', 'd']
    const bench = await jobBench(store, { batches: [names], deliver: names })
    const all = async (nodes: readonly string[], result: (name: string) => object) => {
      const leases = await Promise.all(nodes.map((one) => bench.lease(one)))
      await Promise.all(
        leases.map((lease, at) => store.attempts.run(lease, nothing({ result: result(names[at] ?? '') }))),
      )
    }
    await all(names, (name) => ({ outputs: [kept(name)] }))
    await all(names.map(delivery), (name) => ({ deliveries: [delivered(name)] }))
    assert.deepEqual((await bench.job()).result, {
      outputs: names.map(kept),
      deliveries: names.map(delivered),
    })
  })

  test('exactly once: what an attempt keeps is there for the next one, of any worker; without the lease nothing is kept', async () => {
    const store = await make({ leaseMs: clock.leaseMs })
    const bench = await jobBench(store, { batches: [['a', 'b']] })
    const { states, attempts } = store
    const first = await bench.lease('a')
    const other = await bench.lease('b')
    assert.equal(await states.get(first), undefined)
    await states.put(first, { parts: [1], text: 'é"\\\u0000' })
    await states.put(first, { parts: [1, 2], text: 'é"\\\u0000' })
    await attempts.heartbeat(other)
    await sleep(clock.leaseMs + 50)
    const second = await bench.lease('a')
    assert.deepEqual(await states.get(second), { parts: [1, 2], text: 'é"\\\u0000' })
    await refuses('put', () => states.put(first, 'late'), 'lease-lost')
    await states.put(second, 'of the second')
    await attempts.fail(second, { ...sampleError, retryable: true }, [], 0)
    await refuses('put', () => states.put(second, 'late'), 'lease-lost')
    const third = await bench.lease('a', 2)
    assert.equal(await states.get(third), 'of the second')
    assert.equal(await states.get(other), undefined, 'a state is of its node')
    await attempts.run(third, nothing())
    await refuses('put', () => states.put(third, 'late'), 'lease-lost')
  })

  test('exactly once: what attempts have kept is dropped with the end of their job, and with no other', async () => {
    const store = await make(longLease)
    const [ended, other] = [
      await jobBench(store, { batches: [['a']] }),
      await jobBench(store, { batches: [['a']] }),
    ]
    const leases = [await ended.lease('a'), await other.lease('a')] as const
    for (const lease of leases) await store.states.put(lease, 'kept')
    await store.attempts.run(leases[0], nothing())
    await ended.done('finish')
    const left = await Promise.all(leases.map((lease) => store.states.get(lease)))
    assert.deepEqual(left, [undefined, 'kept'])
  })
}

const delivery = (name: string): string => `deliver ${name}`

const kept = (name: string): KeptOutput => ({
  name,
  artifact: `archives/${name}`,
  size: 12,
  sha256: 'ab'.repeat(32),
  mediaType: 'image/tiff',
  fileName: 'Größe.tif',
  expiresAt,
})

const delivered = (key: string): Delivered => ({
  target: 'sample',
  output: 'archive',
  key,
  deliveredAt: expiresAt,
  location: 'there',
})

const holderIds = async ({ store, path }: JobBench): Promise<readonly string[]> =>
  (await store.guard.holders(path)).map(({ id }) => id)
