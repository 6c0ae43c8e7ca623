import assert from 'node:assert/strict'
import { gate } from '../gate.js'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { within } from '../within.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of how a job ends. Run by `jobStoreLaws`. */
export function endLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: the status that is read alone is that of the job, to its end', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a']] })
    const { store, id } = bench
    const assertSame = async (of: string, expected: string | undefined) => {
      if (store.jobs.status) assert.equal(await store.jobs.status(of), expected)
    }
    await assertSame(id, 'pending')
    await bench.done('a')
    await assertSame(id, 'ending')
    await bench.done('finish')
    await assertSame(id, 'succeeded')
    await assertSame('none', undefined)
  })

  test('exclusion: the claim is held until the last step commits, and is freed in that step', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a']] })
    const { store, path } = bench
    const busy = () => refuses('checkEditable', () => store.guard.checkEditable(path), 'resource-busy')
    await bench.done('a')
    await busy()
    const finish = await bench.lease('finish')
    const broken = store.attempts.run(finish, async () => {
      throw new Error('the last step broke')
    })
    await assert.rejects(broken, /the last step broke/)
    await busy()
    const [inside, end] = [gate(), gate()]
    const run = store.attempts.run(finish, async () => {
      inside.open()
      await end.opened
      return {}
    })
    run.catch(() => {})
    try {
      await within(10_000, 'the work to begin', inside.opened)
      await busy()
      assert.equal((await bench.job()).status, 'ending')
    } finally {
      end.open()
    }
    assert.equal((await run).status, 'succeeded')
    await store.guard.checkEditable(path)
    await jobBench(store, { project: { kind: 'project', id: path.slice('project:'.length) } })
  })

  test('exclusion: a failed and a cancelled job free their claims when they are terminal', async () => {
    const store = await make(longLease)
    const failed = await jobBench(store, { batches: [['a']] })
    await failed.failed('a')
    const cancelled = await jobBench(store)
    await store.jobs.cancel(cancelled.id)
    for (const { path, done } of [failed, cancelled]) {
      await refuses('checkEditable', () => store.guard.checkEditable(path), 'resource-busy')
      await done('finish')
      await store.guard.checkEditable(path)
    }
  })

  test('one truth: nothing of a job that has failed waits any more', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a'], ['b', 'c']] })
    await bench.failed('a')
    await bench.done('finish')
    for (const piece of ['b', 'c']) assert.equal((await bench.node(piece)).status, 'skipped')
  })

  test('one truth: a last step that fails is tried again, and a success becomes a failure', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a']] })
    const { store, path } = bench
    await bench.done('a')
    const job = await store.attempts.fail(await bench.lease('finish'), sampleError, [])
    assert.deepEqual([job.status, job.outcome, job.error], ['ending', 'failed', sampleError])
    await refuses('checkEditable', () => store.guard.checkEditable(path), 'resource-busy')
    assert.deepEqual(await bench.batches(), [0, 1, 1])
    const { status, attempt } = await bench.node('finish')
    assert.equal(status, 'waiting')
    assert.equal(await bench.begin('finish', 1), undefined)
    const ended = await store.attempts.run(await bench.lease('finish', attempt), nothing())
    assert.deepEqual([ended.status, ended.error], ['failed', sampleError])
    await store.guard.checkEditable(path)
  })

  test('one truth: a last step that fails keeps the error that the job had', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a']] })
    await bench.failed('a')
    const later = { ...sampleError, code: 'sample/later' as const }
    const job = await bench.store.attempts.fail(await bench.lease('finish'), later, [])
    assert.deepEqual(job.error, sampleError)
  })

  test('one truth: a terminal job never changes', async () => {
    const store = await make(longLease)
    for (const outcome of ['succeeded', 'failed', 'cancelled'] as const) {
      const bench = await jobBench(store, { batches: [['a']] })
      if (outcome === 'cancelled') await store.jobs.cancel(bench.id)
      else await (outcome === 'failed' ? bench.failed('a') : bench.done('a'))
      const finish = await bench.lease('finish')
      await store.attempts.run(finish, nothing({ result: { resource: { kind: 'project', id: '1' } } }))
      const before = [await bench.job(), await store.reports.nodes(bench.id), await bench.outbox()]
      assert.equal((await bench.job()).status, outcome)
      assert.deepEqual((await bench.job()).result, { resource: { kind: 'project', id: '1' } })

      await store.jobs.submitted(bench.id)
      await store.jobs.cancel(bench.id)
      for (const piece of ['a', 'finish']) {
        for (const attempt of [1, 2]) assert.equal(await bench.begin(piece, attempt), undefined)
      }
      await refuses('run', () => store.attempts.run(finish, nothing()), 'lease-lost')
      await refuses('fail', () => store.attempts.fail(finish, sampleError, [], 1), 'lease-lost')
      assert.deepEqual([await bench.job(), await store.reports.nodes(bench.id), await bench.outbox()], before)
    }
  })

  test('one truth: every change of status is stored once, in order, with its time', async () => {
    const bench = await jobBench(await make(longLease))
    await bench.store.jobs.submitted(bench.id)
    for (const piece of ['a', 'b', 'c', 'd', 'finish']) await bench.done(piece)
    const { changes } = await bench.job()
    assert.deepEqual(
      changes.map(({ status }) => status),
      ['pending', 'submitted', 'running', 'ending', 'succeeded'],
    )
    const times = changes.map(({ at }) => at.getTime())
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    )
  })
}
