import assert from 'node:assert/strict'
import type { StagedEntry } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

const entry: StagedEntry = {
  path: 'rows.csv',
  artifact: 'jobs/1/rows.csv',
  size: 12,
  deflatedSize: 10,
  deflatedCrc32: 4_294_967_294,
  sha256: 'ab'.repeat(32),
  crc32: 4_294_967_295,
  rows: 2,
}

/** Laws of one try at one node. Run by `jobStoreLaws`. */
export function attemptLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('exactly once: however many tasks come for a node, one lease is given', async () => {
    const bench = await jobBench(await make(longLease))
    const begun = await Promise.all(Array.from({ length: 20 }, () => bench.begin('a')))
    const leases = begun.filter((lease) => lease !== undefined)
    assert.equal(leases.length, 1)
    assert.equal(leases[0]?.attempt, 1)
    assert.equal(leases[0]?.job.status, 'running')
    assert.deepEqual(leases[0]?.node, await bench.node('a'))
    assert.equal((await bench.node('a')).status, 'running')
    assert.ok((await bench.node('a')).startedAt instanceof Date)
    assert.equal((await bench.node('b')).status, 'waiting')
    assert.equal((await bench.job()).status, 'running')
  })

  test('exactly once: a task that is over, of another attempt or of nothing gets no lease', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    assert.equal(await store.attempts.begin({ job: id, node: 'no such node', attempt: 1 }, 'w'), undefined)
    const noJob = { job: '00000000-0000-4000-8000-000000000000', node: 'finish', attempt: 1 }
    assert.equal(await store.attempts.begin(noJob, 'w'), undefined)
    assert.equal(await bench.begin('a', 2), undefined)
    assert.equal(await bench.begin('a', 0), undefined)
    await bench.done('a')
    assert.equal(await bench.begin('a'), undefined)
    assert.equal(await bench.begin('a', 2), undefined)
    await bench.failed('b')
    assert.equal(await bench.begin('b'), undefined)
    assert.equal(await bench.begin('b', 2), undefined)
  })

  test('exactly once: run stores what the attempt leaves behind, and its lease is over', async () => {
    const bench = await jobBench(await make(longLease))
    const lease = await bench.lease('a')
    const archive = {
      artifact: 'archives/1',
      size: 3,
      digest: 'cd'.repeat(32),
      sha256: 'ef'.repeat(32),
      expiresAt: new Date('2030-01-01T00:00:00.000Z'),
    }
    const counts = { rows: 2, skipped: 1 }
    const job = await bench.store.attempts.run(
      lease,
      nothing({ counts, entries: [entry], version: 2, reusedFrom: 'another job', result: { archive } }),
    )
    assert.deepEqual(job, await bench.job())
    assert.deepEqual(job.result, { archive })
    const { endedAt, ...node } = await bench.node('a')
    assert.deepEqual(node, {
      ...lease.node,
      status: 'done',
      counts,
      entries: [entry],
      version: 2,
      reusedFrom: 'another job',
    })
    assert.ok(endedAt instanceof Date)
    await refuses('a second run', () => bench.store.attempts.run(lease, nothing()), 'lease-lost')
    await refuses('a heartbeat', () => bench.store.attempts.heartbeat(lease), 'lease-lost')
    await refuses('a failure', () => bench.store.attempts.fail(lease, sampleError, []), 'lease-lost')
    assert.equal((await bench.node('a')).status, 'done')
    assert.deepEqual((await bench.done('b', { result: { resource: { kind: 'project', id: '1' } } })).result, {
      archive,
      resource: { kind: 'project', id: '1' },
    })
  })

  test('exactly once: of two runs under one lease one takes effect', async () => {
    const bench = await jobBench(await make(longLease))
    const lease = await bench.lease('a')
    const outcomes = await Promise.allSettled(
      [1, 2].map((rows) => bench.store.attempts.run(lease, nothing({ counts: { rows } }))),
    )
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled') + 1
    assert.deepEqual((await bench.node('a')).counts, { rows: winner })
    await bench.done('b')
    assert.deepEqual(await bench.batches(), [0, 1])
  })

  test('exactly once: work that throws changes nothing, and its lease can be used again', async () => {
    const bench = await jobBench(await make(longLease))
    const lease = await bench.lease('a')
    const before = [await bench.job(), await bench.node('a')]
    const broken = bench.store.attempts.run(lease, async () => {
      throw new Error('the work broke')
    })
    await assert.rejects(broken, /the work broke/)
    assert.deepEqual([await bench.job(), await bench.node('a')], before)
    await bench.store.attempts.run(lease, nothing())
    assert.equal((await bench.node('a')).status, 'done')
  })

  test('exactly once: work whose signal is aborted takes no effect', async () => {
    const bench = await jobBench(await make(longLease))
    const lease = await bench.lease('a')
    const controller = new AbortController()
    const work = async () => {
      controller.abort(new Error('enough'))
      return { counts: { rows: 1 } }
    }
    await assert.rejects(bench.store.attempts.run(lease, work, { signal: controller.signal }))
    assert.equal((await bench.node('a')).status, 'running')
    assert.equal((await bench.node('a')).counts, undefined)
  })

  test('one truth: a retry waits, and its task is in the outbox with the earliest time', async () => {
    const bench = await jobBench(await make(longLease))
    const lease = await bench.lease('a')
    const before = Date.now()
    const job = await bench.store.attempts.fail(lease, sampleError, [], 5000)
    assert.equal(job.status, 'running')
    assert.equal(job.outcome, undefined)
    const { status, attempt, error } = await bench.node('a')
    assert.deepEqual({ status, attempt, error }, { status: 'waiting', attempt: 2, error: sampleError })
    const [item, ...others] = (await bench.outbox()).filter(({ type }) => type === 'task')
    assert.ok(item?.type === 'task' && others.length === 0, 'the outbox must hold one task')
    assert.deepEqual(item.task, { job: bench.id, node: lease.node.id, attempt: 2 })
    // The store's clock may be another machine's.
    const waits = item.notBefore.getTime() - before
    assert.ok(waits > 4000 && waits < 60_000, `the retry waits ${waits} ms instead of 5000`)
    assert.equal(await bench.begin('a', 1), undefined)
    const again = await bench.lease('a', 2)
    assert.equal(again.attempt, 2)
    assert.ok(again.fence > lease.fence, 'the fence must grow')
    await bench.store.attempts.run(again, nothing())
    assert.equal((await bench.node('a')).error, undefined, 'a node that is done must keep no error')
    await bench.done('b')
    assert.equal((await bench.job()).batch, 1)
  })
}
