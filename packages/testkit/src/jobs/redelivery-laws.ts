import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Delivered, NewJob, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob, sampleProject } from './sample-job.js'

/** Laws of jobs that make the deliveries which are left of another one. Run by `jobStoreLaws`. */
export function redeliveryLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('exactly once: a job that delivers once makes no delivery that another one has made, or is to make', async () => {
    const store = await make(longLease)
    const source = await delivered(store, ['x'], ['y', 'z'])
    const taken = async (key: string, deliver: readonly string[]) => {
      const requestKey = { key: randomUUID(), digest: 'd' }
      const asked = { ...redelivery(source, deliver), requestKey }
      const error = await refuses(`${key} again`, () => store.jobs.create(asked), 'delivery-taken')
      assert.deepEqual(error.facts, { key })
      assert.equal(await store.jobs.get(asked.id), undefined)
      assert.equal(await store.jobs.byRequestKey(asked.principal.id, requestKey.key), undefined)
    }
    await taken('x', ['x', 'z'])
    const first = redelivery(source, ['y'])
    await store.jobs.create(first)
    await taken('y', ['z', 'y'])
    // Of another export, and of one that may.
    await store.jobs.create(redelivery(await delivered(store, [], ['y']), ['y']))
    const { deliversOnce: _, ...twice } = redelivery(source, ['x'])
    await store.jobs.create(twice)
    await store.jobs.cancel(twice.id)
    await finish(store, twice.id)
    await deliver(store, first.id, 'y', false)
    await finish(store, first.id)
    const second = redelivery(source, ['y', 'z'])
    await store.jobs.create(second)
    await deliver(store, second.id, 'y', true)
    await deliver(store, second.id, 'z', false)
    await taken('z', ['z'])
    await finish(store, second.id)
    await taken('y', ['y', 'z'])
    await store.jobs.create(redelivery(source, ['z']))
  })

  test('exactly once: of many racing jobs that deliver once, one makes each delivery', async () => {
    const store = await make(longLease)
    for (let round = 0; round < 3; round += 1) {
      const source = await delivered(store, [], ['x', 'y'])
      const races = Array.from({ length: 12 }, (_, at) =>
        store.jobs.create(redelivery(source, at % 3 === 0 ? ['x', 'y'] : [at % 3 === 1 ? 'x' : 'y'])),
      )
      const outcomes = await Promise.allSettled(races)
      const made = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const keys = made.flatMap(({ request }) => request.deliver?.map(({ key }) => key) ?? [])
      assert.deepEqual([...keys].sort(), ['x', 'y'])
      for (const one of outcomes)
        if (one.status === 'rejected')
          await refuses('a later one', () => Promise.reject(one.reason), 'delivery-taken')
    }
  })
}

/** An export that has ended, of whose deliveries some have failed. */
async function delivered(store: Store, made: readonly string[], failed: readonly string[]): Promise<NewJob> {
  const project = sampleProject()
  const bench = await jobBench(store, { batches: [['a']], deliver: [...made, ...failed], project })
  await bench.done('a')
  for (const key of made) await deliver(store, bench.id, key, true)
  for (const key of failed) await deliver(store, bench.id, key, false)
  await finish(store, bench.id)
  return { ...sampleJob({ project }), id: bench.id }
}

function redelivery({ id, tree }: NewJob, deliver: readonly string[]): NewJob {
  const project = { kind: tree.kind, id: tree.id }
  const sample = sampleJob({ batches: [], deliver, kind: 'delivery', project })
  return { ...sample, request: { ...sample.request, delivers: id }, claims: [], deliversOnce: true }
}

async function deliver(store: Store, job: string, key: string, succeeds: boolean): Promise<void> {
  const lease = await leaseOf(store, job, `deliver ${key}`)
  const one: Delivered = { target: 'sample', output: 'archive', key, deliveredAt: new Date() }
  if (succeeds) await store.attempts.run(lease, nothing({ result: { deliveries: [one] } }))
  else await store.attempts.fail(lease, sampleError, [])
}

async function finish(store: Store, job: string): Promise<void> {
  await store.attempts.run(await leaseOf(store, job, 'finish'), nothing())
}

const leaseOf = async (store: Store, job: string, node: string) =>
  (await store.attempts.begin({ job, node, attempt: 1 }, 'worker-of-the-laws')) ??
  assert.fail(`no lease was given for ${node}`)
