import assert from 'node:assert/strict'
import type { JobError, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { type LeaseClock, leaseClock } from './lease-clock.js'
import { sampleJob } from './sample-job.js'

/** Laws of time limits of jobs, and of attempts that ignore their signal. Run by `jobStoreLaws`. */
export function deadlineLaws(lawTest: LawTest, { make }: JobStoreLawsOptions): void {
  const clock = leaseClock(lawTest)
  const { test, sleep } = clock

  test('one truth: a job past its deadline is stopped once: what waits is skipped, what runs is stopped, the last step follows', async () => {
    const store = await make(longLease)
    const bench = await jobBench(store, { batches: [['a', 'b'], ['c']], timeLimitMs: limitMs(clock) })
    const running = await bench.lease('a')
    assert.deepEqual(await expiredOf(store, bench.id), [])
    assert.deepEqual(await store.attempts.heartbeat(running), {})
    await sleep(limitMs(clock) + 50)
    const found = await Promise.all([1, 2, 3].map(() => expiredOf(store, bench.id)))
    assert.equal(found.flat().length, 1)
    const { status, outcome, error, stopped } = await bench.job()
    assert.deepEqual([status, outcome, error?.code, stopped], ['ending', 'failed', 'timeout', true])
    assert.match(error?.message ?? '', timeLimit(clock))
    assert.deepEqual((await store.attempts.heartbeat(running)).stopped, error)
    assert.equal((await bench.node('b')).status, 'skipped')
    await store.attempts.fail(running, sampleError, [])
    assert.deepEqual(await bench.batches(), [0, 2])
    const ended = await bench.done('finish')
    assert.deepEqual([ended.status, ended.error?.code], ['failed', 'timeout'])
  })

  test('one truth: the deadline stops also what goes on after a node has failed, once', async () => {
    const store = await make(longLease)
    const bench = await jobBench(store, { batches: [['a', 'b'], ['c']], timeLimitMs: limitMs(clock) })
    const running = await bench.lease('b')
    const { error } = await bench.failed('a')
    assert.deepEqual(await expiredOf(store, bench.id), [])
    await sleep(limitMs(clock) + 50)
    const found = await Promise.all([1, 2, 3].map(() => expiredOf(store, bench.id)))
    assert.equal(found.flat().length, 1)
    const { outcome, error: told, stopped } = await bench.job()
    assert.deepEqual([outcome, told?.code, stopped], ['failed', error?.code, true])
    assert.ok(told?.message.startsWith(error?.message ?? '-'), told?.message)
    assert.match(told?.message ?? '', timeLimit(clock))
    assert.deepEqual((await store.attempts.heartbeat(running)).stopped, told)
    await store.attempts.fail(running, sampleError, [])
    assert.deepEqual(await bench.batches(), [0, 2])
    assert.deepEqual(await expiredOf(store, bench.id), [])
    assert.equal((await bench.done('finish')).status, 'failed')
  })

  test('one truth: a job without a deadline, one before it and one in its last step go on', async () => {
    const store = await make(longLease)
    const free = await jobBench(store, { batches: [['a']] })
    const early = await jobBench(store, { batches: [['a']], timeLimitMs: 3_600_000 })
    const decided = await jobBench(store, { batches: [['a']], timeLimitMs: 1 })
    await decided.done('a')
    await sleep(20)
    const jobs = [free, early, decided]
    const before = await Promise.all(jobs.map(({ job }) => job()))
    await store.limits.expire()
    assert.deepEqual(await Promise.all(jobs.map(({ job }) => job())), before)
  })

  test('one truth: a draft has its time from its run on', async () => {
    const store = await make(longLease)
    const { nodes, batches, ...sample } = sampleJob({ kind: 'import', batches: [['a']] })
    const request = { options: {}, input: { format: 'folder', uploads: [] } }
    const last = { id: 'finish', task: 'finish', batch: 0 } as const
    const job = { ...sample, request, nodes: [last], batches: 0, timeLimitMs: 1 }
    await store.drafts.create(job, async () => undefined)
    await sleep(20)
    assert.deepEqual(await expiredOf(store, job.id), [])
    const { deadline } = await store.drafts.run(job.id, { nodes, batches, request, timeLimitMs: 200 })
    assert.ok(deadline && deadline.getTime() > Date.now() - 60_000)
    await sleep(250)
    assert.equal((await expiredOf(store, job.id)).length, 1)
  })

  test('exactly once: an attempt that goes on after its job was stopped loses its lease, and cannot commit', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }), { batches: [['a']] })
    const { attempts, jobs } = bench.store
    const hung = await bench.lease('a')
    await jobs.cancel(bench.id)
    for (let beat = 0; beat < 4; beat++) {
      await sleep(clock.leaseMs / 3)
      await attempts.heartbeat(hung)
    }
    const taken = await bench.lease('a')
    await refuses('run', () => attempts.run(hung, nothing()), 'lease-lost')
    await attempts.fail(taken, sampleError, [])
    const last = await bench.lease('finish')
    for (let beat = 0; beat < 4; beat++) {
      await sleep(clock.leaseMs / 3)
      assert.equal((await attempts.heartbeat(last)).stopped?.code, 'cancelled')
    }
    assert.equal(await bench.begin('finish'), undefined, 'the last step keeps its lease')
    assert.equal((await attempts.run(last, nothing())).status, 'cancelled')
  })

  test('exactly once: a lease that was given back is the same attempt again; crashes are counted apart', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }), { batches: [['a']], priority: 7 })
    const { attempts } = bench.store
    const real: JobError = { ...sampleError, message: 'The real one.' }
    await attempts.fail(await bench.lease('a'), real, [], 1)
    const second = await bench.lease('a', 2)
    await attempts.fail(second, { code: 'stopped', message: 'Stop.', retryable: true }, [], {
      givenBackForMs: 0,
    })
    const { status, attempt, error } = await bench.node('a')
    assert.deepEqual([status, attempt, error], ['waiting', 2, real])
    const task = { job: bench.id, node: second.node.id, attempt: 2, priority: 14 }
    const tasks = (await bench.outbox()).flatMap((action) => (action.type === 'task' ? [action.task] : []))
    assert.deepEqual(tasks, [task, task])
    const third = await bench.lease('a', 2)
    assert.deepEqual([third.attempt, third.crashes], [2, 0])
    assert.ok(third.fence > second.fence)
    await refuses('run', () => attempts.run(second, nothing()), 'lease-lost')
    await sleep(clock.leaseMs + 50)
    const overdue = (await attempts.overdue(new Date(0))).filter(({ job }) => job === bench.id)
    assert.deepEqual(overdue, [task])
    assert.equal((await bench.lease('a', 2)).crashes, 1)
  })

  test('exactly once: an attempt that is left to others is handed over when its wait is over', async () => {
    const bench = await jobBench(await make({ leaseMs: clock.leaseMs }), { batches: [['a']] })
    const { attempts, outbox } = bench.store
    const hour = 60 * 60 * 1000
    await attempts.fail(await bench.lease('a'), sampleError, [], { givenBackForMs: hour })
    const { status, attempt } = await bench.node('a')
    assert.deepEqual([status, attempt], ['waiting', 1], 'it is the same attempt')
    const [item] = (await outbox.pending(1000)).filter(
      ({ action }) => action.type === 'task' && action.task.job === bench.id,
    )
    assert.ok(item?.action.type === 'task')
    assert.ok(item.action.notBefore.getTime() > Date.now() + hour / 2)
    const overdue = await attempts.overdue(new Date())
    assert.deepEqual(
      overdue.filter(({ job }) => job === bench.id),
      [],
      'it has not waited yet',
    )
  })
}

const limitMs = ({ leaseMs }: LeaseClock): number => 1.25 * leaseMs
const timeLimit = (clock: LeaseClock): RegExp => {
  const ms = limitMs(clock)
  return new RegExp(`time limit of ${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}`)
}

async function expiredOf(store: Store, id: string) {
  return (await store.limits.expire()).filter((job) => job.id === id)
}
