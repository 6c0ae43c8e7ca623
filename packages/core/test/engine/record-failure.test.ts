import assert from 'node:assert/strict'
import { defaults, memoryArtifacts, memoryStore, PieceworkError } from '@piecework/core'
import type { Attempts, Store } from '@piecework/core/store'
import { suite } from 'uvu'
import { Attempt } from '#internal/engine/attempt.js'
import { recordFailure } from '#internal/engine/record-failure.js'
import { createEmitter } from '#internal/events.js'
import type { AttemptContext } from '#internal/tasks/attempt-context.js'
import { AttemptFindings } from '#internal/tasks/attempt-findings.js'
import { stagingKey } from '#internal/tasks/staging.js'
import { FakeClock } from '../support/fake-clock.js'
import { leased, newJob } from '../support/fake-job.js'
import { bytes, keys } from '../support/notebooks.js'

const test = suite('engine: failures')

const settings = { maxAttempts: 3, backoffMs: 500, graceMs: 0 }
const lost = (cause?: unknown) => new PieceworkError('lease-lost', 'Lost.', { cause })

/** An attempt that has staged one entry. */
async function staged(change: (attempts: Attempts) => Partial<Attempts> = () => ({})) {
  const memory = memoryStore()
  const store: Store = { ...memory, attempts: { ...memory.attempts, ...change(memory.attempts) } }
  const artifacts = memoryArtifacts()
  const events = createEmitter()
  const errors: unknown[] = []
  events.on('error', (error) => errors.push(error))
  const lease = await leased(store, await store.jobs.create(newJob('j1')), 'export a')
  const environment = new FakeClock().process()
  const attempt = new Attempt(lease, { events, environment })
  const deps = { store, artifacts, events, environment }
  const findings = new AttemptFindings()
  const context = { ...deps, lease, signal: attempt.signal, findings } as unknown as AttemptContext
  const key = `${stagingKey(context)}/lines.csv`
  await artifacts.put(key, bytes('text'))
  const fail = (cause: unknown) => recordFailure(deps, { ...defaults, ...settings }, attempt, context, cause)
  const left = () => keys(artifacts, 'jobs')
  return { memory, lease, attempt, findings, key, errors, fail, left }
}

test('what was staged is deleted once the failure is stored', async () => {
  const { fail, left, memory } = await staged()
  const job = await fail(new PieceworkError('internal', 'It broke.'))
  assert.equal(job?.error?.message, 'It broke.')
  assert.deepEqual(await left(), [])
  assert.equal((await memory.reports.node('j1', 'export a'))?.status, 'failed')
})

test('what was staged stays while it is unknown whether the failure was stored', async () => {
  const { fail, left, key } = await staged(() => ({ fail: () => Promise.reject(new Error('away')) }))
  await assert.rejects(fail(new PieceworkError('internal', 'It broke.')), /away/)
  assert.deepEqual(await left(), [key])
})

test('an attempt that another worker has taken over deletes what it has staged', async () => {
  const { fail, left } = await staged()
  assert.equal(await fail(lost()), undefined)
  assert.deepEqual(await left(), [])
})

test('… unless its own commit got through, or nothing is known of that', async () => {
  const { fail, left, key, memory, lease } = await staged()
  const entry = { path: 'lines.csv', artifact: key, size: 4, deflatedSize: 4 }
  const sums = { deflatedCrc32: 0, sha256: '', crc32: 0 }
  await memory.attempts.run(lease, { entries: [{ ...entry, ...sums }] })
  assert.equal(await fail(lost()), undefined)
  assert.deepEqual(await left(), [key])

  const unknown = await staged()
  assert.equal(await unknown.fail(lost(new Error('connection lost'))), undefined)
  assert.deepEqual(await unknown.left(), [unknown.key])
})

test('findings that cannot be stored are left out, with an event, so that the job ends', async () => {
  const given: number[] = []
  const { fail, findings, errors } = await staged(({ fail: store }) => ({
    fail: (lease, error, list, next) => {
      given.push(list.length)
      return list.length > 0 ? Promise.reject(new Error('no such byte')) : store(lease, error, list, next)
    },
  }))
  findings.add({ severity: 'error', code: 'a/b', piece: 'work/a', message: 'Bad.' })
  assert.ok(await fail(new PieceworkError('internal', 'It broke.')))
  assert.deepEqual([given, errors.length], [[1, 0], 1])
})

test('findings of an error are stored when the node has failed for good, not before another attempt', async () => {
  const finding = { severity: 'error', code: 'a/b', piece: 'work/a', message: 'Bad.' } as const
  for (const retryable of [true, false]) {
    let given: readonly unknown[] | undefined
    const { fail } = await staged(({ fail: store }) => ({
      fail: (lease, error, list, next) => {
        given = list
        return store(lease, error, list, next)
      },
    }))
    await fail(new PieceworkError('internal', 'It broke.', { retryable, findings: [finding] }))
    assert.deepEqual(given, retryable ? [] : [finding])
  }
})

test("a driver's own words for an abort give way to the reason of the signal", async () => {
  const { fail, attempt, memory } = await staged()
  attempt.interrupt({ why: 'time-limit', error: new PieceworkError('timeout', 'Too long.') })
  await fail(new Error('canceling statement due to user request'))
  assert.equal((await memory.reports.node('j1', 'export a'))?.error?.code, 'timeout')
})

test.run()
