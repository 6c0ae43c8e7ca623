import assert from 'node:assert/strict'
import type { FollowUpRequests, Job, Lease, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { leaseClock } from './lease-clock.js'
import { sampleJob } from './sample-job.js'

const say = (text: string) => ({ action: 'say', input: { text } })
const requested: FollowUpRequests = {
  onSuccess: [say('one'), say('two')],
  onFailure: [say('failed')],
  onCancel: [say('cancelled')],
}

/** Laws of what follows the end of a job. Run by `jobStoreLaws`. */
export function followUpLaws(runner: LawTest, { make }: JobStoreLawsOptions): void {
  const clock = leaseClock(runner)
  const { test } = clock
  test('one truth: the step that ends a job begins what follows its outcome, and frees its claims first', async () => {
    const store = await make(longLease)
    const job = await create(store)
    assert.equal((await store.reports.nodes(job.id)).length, 2, 'nothing follows before the end')
    const ended = await end(store, job, 'done')
    await store.guard.checkEditable(job.claim)
    assert.equal(ended.status, 'succeeded')
    assert.deepEqual(await following(store, job), ['follow-up onSuccess/0', 'follow-up onSuccess/1'])
    assert.deepEqual(await submitted(store, job), [0, 1, 2])
    const failed = await create(store)
    await end(store, failed, 'failed')
    assert.deepEqual(await following(store, failed), ['follow-up onFailure/0'])
    const cancelled = await create(store)
    await store.jobs.cancel(cancelled.id)
    await done(store, cancelled, 'finish')
    assert.deepEqual(await following(store, cancelled), ['follow-up onCancel/0'])
  })

  test('one truth: what follows a job runs in order, one at a time, whether the one before it failed or not', async () => {
    const store = await make(longLease)
    const job = await create(store)
    await end(store, job, 'done')
    const later = { job: job.id, node: 'follow-up onSuccess/1', attempt: 1 }
    assert.equal(await store.attempts.begin(later, 'early'), undefined)
    const first = await lease(store, job, 'follow-up onSuccess/0')
    assert.equal(await store.attempts.begin(later, 'early'), undefined)
    const between = await store.attempts.fail(first, sampleError, [])
    assert.deepEqual([between.status, between.error], ['succeeded', undefined])
    const last = await done(store, job, 'follow-up onSuccess/1', { sent: ['é', 1] })
    assert.equal(last.status, 'succeeded')
    const nodes = (await store.reports.nodes(job.id)).filter(({ task }) => task === 'follow-up')
    assert.deepEqual(
      nodes.map(({ status, error, output }) => [status, error?.code, output]),
      [
        ['failed', sampleError.code, undefined],
        ['done', undefined, { sent: ['é', 1] }],
      ],
    )
    assert.deepEqual(await submitted(store, job), [0, 1, 2, 3])
    assert.equal(last.batch, last.batches)
    for (const node of ['finish', 'follow-up onSuccess/0', 'follow-up onSuccess/1'])
      assert.equal(await store.attempts.begin({ job: job.id, node, attempt: 1 }, 'late'), undefined)
  })

  test('one truth: a follow-up is tried again, is found when it is lost, and no cancel stops it', async () => {
    const store = await make({ leaseMs: clock.leaseMs })
    const job = await create(store)
    await store.jobs.cancel(job.id)
    await done(store, job, 'finish')
    const node = 'follow-up onCancel/0'
    const future = new Date(Date.now() + 1000 * 60 * 60)
    const overdue = async () =>
      (await store.attempts.overdue(future)).filter((task) => task.job === job.id).map((task) => task.node)
    assert.deepEqual(await overdue(), [node])
    const first = await lease(store, job, node)
    await store.jobs.cancel(job.id)
    for (let beat = 0; beat < 4; beat++) {
      await clock.sleep(clock.leaseMs / 3)
      await store.attempts.heartbeat(first)
    }
    assert.deepEqual(await overdue(), [], 'it keeps its lease')
    await store.attempts.fail(first, sampleError, [], 0)
    await refuses('run', () => store.attempts.run(first, nothing()), 'lease-lost')
    const second = await store.attempts.begin({ job: job.id, node, attempt: 2 }, 'worker-of-the-laws')
    assert.ok(second, 'the second attempt begins')
    assert.equal((await store.attempts.run(second, {})).status, 'cancelled')
    assert.deepEqual(await overdue(), [])
  })

  test('one truth: what is added before the end of a job follows it, once and behind the rest; nothing is added after it', async () => {
    const store = await make(longLease)
    const job = await create(store)
    const piece = await lease(store, job, job.piece)
    await store.attempts.run(piece, {})
    // The process that has begun it knows it as it was.
    const finish = await lease(store, job, 'finish')
    const more = { onSuccess: [say('two'), say('three')] }
    await Promise.all([store.jobs.follow(job.id, more), store.jobs.follow(job.id, more)])
    const { request } = (await store.jobs.get(job.id)) ?? assert.fail('no job')
    assert.deepEqual(request.onSuccess, [say('one'), say('two'), say('three')])
    assert.deepEqual(request.onFailure, requested.onFailure)
    await store.attempts.run(finish, nothing())
    for (const at of [0, 1, 2]) {
      const next = await lease(store, job, `follow-up onSuccess/${at}`)
      assert.deepEqual(next.job.request.onSuccess?.[at], request.onSuccess?.[at])
      await store.attempts.run(next, {})
    }
    await refuses(
      'after the end',
      () => store.jobs.follow(job.id, { onSuccess: [say('late')] }),
      'unsupported',
    )
    const many = Array.from({ length: 1000 }, (_, at) => say(`${at}`))
    const other = await create(store)
    await refuses('too many', () => store.jobs.follow(other.id, { onFailure: many }), 'options-invalid')
  })

  test('one truth: what a job has left stays until what follows it has ended', async () => {
    const store = await make(longLease)
    const job = await create(store)
    const artifact = `archives/${job.id}/1.zip`
    const archive = { artifact, size: 1, digest: 'd', sha256: 's', expiresAt: new Date(0) }
    await end(store, job, 'done', { archive })
    const expired = async () =>
      (await store.retention.expired(1000, 0)).filter(({ id }) => id === job.id).length
    assert.equal(await expired(), 0)
    await done(store, job, 'follow-up onSuccess/0')
    assert.equal(await expired(), 0)
    await done(store, job, 'follow-up onSuccess/1')
    assert.equal(await expired(), 1)
  })
}

interface Created extends Pick<Job, 'id'> {
  readonly claim: string
  readonly piece: string
}

/** An export of one piece. */
async function create(store: Store): Promise<Created> {
  const sample = sampleJob({ batches: [['a']] })
  const { id } = await store.jobs.create({ ...sample, request: { options: {}, ...requested } })
  return { id, claim: sample.claims[0] ?? '', piece: sample.nodes[0]?.id ?? '' }
}

async function lease(store: Store, { id }: Created, node: string): Promise<Lease> {
  const given = await store.attempts.begin({ job: id, node, attempt: 1 }, 'worker-of-the-laws')
  return given ?? assert.fail(`no lease was given for ${node}`)
}

async function done(store: Store, job: Created, node: string, output?: unknown): Promise<Job> {
  return store.attempts.run(await lease(store, job, node), output === undefined ? {} : { output })
}

async function end(store: Store, job: Created, how: 'done' | 'failed', result?: Job['result']): Promise<Job> {
  const piece = await lease(store, job, job.piece)
  if (how === 'failed') await store.attempts.fail(piece, sampleError, [])
  else await store.attempts.run(piece, result ? { result } : {})
  return store.attempts.run(await lease(store, job, 'finish'), nothing())
}

async function following(store: Store, { id }: Created): Promise<readonly string[]> {
  return (await store.reports.nodes(id)).flatMap((node) => (node.task === 'follow-up' ? [node.id] : []))
}

async function submitted(store: Store, { id }: Created): Promise<readonly number[]> {
  const items = await store.outbox.pending(10_000)
  return items.flatMap(({ action }) => (action.type === 'batch' && action.job === id ? [action.batch] : []))
}
