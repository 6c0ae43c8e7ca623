import assert from 'node:assert/strict'
import { memoryStore } from '@piecework/core'
import type { OutboxItem, Runtime, Store, Task } from '@piecework/core/store'
import { suite } from 'uvu'
import { pageSizes } from '#internal/defaults.js'
import { carryOut, drainOutbox } from '#internal/engine/drain-outbox.js'
import { FakeClock } from '../support/fake-clock.js'
import { leased, newJob } from '../support/fake-job.js'

const test = suite('engine: outbox')

const environment = new FakeClock().process()

function runtimeOf(submit: (task: Task, delayMs: number) => void): Runtime {
  return {
    start: async () => undefined,
    stop: async () => undefined,
    submit: async (tasks, { delayMs = 0 } = {}) => {
      for (const task of tasks) submit(task, delayMs)
    },
  }
}

const item = (id: string, job: string): OutboxItem => ({
  id,
  action: { type: 'task', task: { job, node: 'a', attempt: 2 }, notBefore: new Date(environment.now()) },
})

/** A store whose outbox holds these. */
function withOutbox(items: OutboxItem[]): Store {
  return {
    ...memoryStore(),
    outbox: {
      pending: async (limit) => items.slice(0, limit),
      acknowledge: async (ids) => {
        for (const id of ids)
          items.splice(
            items.findIndex((one) => one.id === id),
            1,
          )
      },
    },
  }
}

const report = () => undefined

test('what cannot be carried out stays, once for each drain, and delays no other item, whatever their number', async () => {
  const items = Array.from({ length: 3 * pageSizes.outbox }, (_, at) =>
    item(String(at), at < 150 ? 'bad' : 'good'),
  )
  const [submitted, errors]: [string[], unknown[]] = [[], []]
  const runtime = runtimeOf(({ job }) => {
    if (job === 'bad') throw new Error('refused')
    submitted.push(job)
  })
  const deps = {
    store: withOutbox(items),
    runtime,
    environment,
    report,
    onError: (e: unknown) => errors.push(e),
  }
  await drainOutbox(deps, new AbortController().signal)
  assert.deepEqual([submitted.length, errors.length, items.length], [150, 150, 150])
})

test('a stop ends it after the present item, and what was carried out is acknowledged', async () => {
  const items = [item('1', 'a'), item('2', 'b')]
  const stopping = new AbortController()
  const runtime = runtimeOf(() => stopping.abort())
  const deps = { store: withOutbox(items), runtime, environment, report, onError: assert.ifError }
  await drainOutbox(deps, stopping.signal)
  assert.deepEqual(
    items.map(({ id }) => id),
    ['2'],
  )
})

test('a batch submits the nodes that wait for their first attempt, and reports once that the job was submitted', async () => {
  const store = memoryStore()
  const job = await store.jobs.create(newJob('j1', ['a', 'b', 'c']))
  const [tasks, reported]: [Task[], string[]] = [[], []]
  const deps = {
    store,
    runtime: runtimeOf((task) => tasks.push(task)),
    environment,
    report: ({ status }: { status: string }) => reported.push(status),
  }
  const batch: OutboxItem = { id: '1', action: { type: 'batch', job: job.id, batch: 0 } }
  await carryOut(deps, batch)
  assert.deepEqual(
    tasks.map(({ node, attempt }) => [node, attempt]),
    [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ],
  )
  const error = { code: 'internal' as const, message: 'It broke.', retryable: true }
  await store.attempts.fail(await leased(store, job, 'a'), error, [], 1000)
  await store.attempts.run(await leased(store, job, 'b'), {})
  tasks.length = 0
  await carryOut(deps, batch)
  assert.deepEqual(
    tasks.map(({ node }) => node),
    ['c'],
  )
  assert.deepEqual(reported, ['submitted'])
})

test('a task that may not begin yet is submitted with the time that is left; a late one with none', async () => {
  const delays: number[] = []
  const deps = {
    store: memoryStore(),
    runtime: runtimeOf((_, delayMs) => delays.push(delayMs)),
    environment,
    report,
  }
  const task = { job: 'j', node: 'a', attempt: 2 }
  for (const inMs of [700, 0, -700]) {
    const notBefore = new Date(environment.now() + inMs)
    await carryOut(deps, { id: '1', action: { type: 'task', task, notBefore } })
  }
  assert.deepEqual(delays, [700, 0, 0])
})

test('nothing is submitted of a job that has ended or is unknown', async () => {
  const store = memoryStore()
  const job = await store.jobs.create(newJob('j1'))
  await store.jobs.cancel(job.id)
  await store.attempts.run(await leased(store, job, 'finish'), {})
  const deps = {
    store,
    runtime: { ...runtimeOf(() => undefined), submit: () => assert.fail('submitted') },
    environment,
    report: () => assert.fail('reported'),
  }
  for (const id of ['j1', 'none'])
    await carryOut(deps, { id: '1', action: { type: 'batch', job: id, batch: 0 } })
})

test.run()
