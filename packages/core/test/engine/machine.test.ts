import assert from 'node:assert/strict'
import { isTerminal, type Job } from '@piecework/core'
import { type JobEvent, transition } from '@piecework/core/store'
import fc from 'fast-check'
import { suite } from 'uvu'

const archive = { artifact: 'a', size: 1, digest: 'd', sha256: 's', expiresAt: new Date(0) }
const test = suite('job state machine')
const at = new Date(0)
const error = { code: 'internal', message: 'no', retryable: false } as const

const job = (batches: number): Job => ({
  id: 'j',
  kind: 'export',
  status: 'pending',
  tree: { kind: 'project', id: '1', children: [] },
  principal: { id: 'u' },
  request: { options: {} },
  batch: 0,
  batches,
  result: {},
  createdAt: at,
  changes: [{ status: 'pending', at }],
})

const play = (start: Job, ...events: JobEvent[]) => {
  const effects: string[] = []
  let now = start
  for (const event of events) {
    const step = transition(now, event, at)
    now = step.job
    effects.push(
      ...step.effects.map((effect) => (effect.type === 'submit' ? `submit ${effect.batch}` : 'release')),
    )
  }
  return { job: now, effects, statuses: now.changes.map((change) => change.status) }
}

test('a job that goes well', () => {
  const {
    statuses,
    effects,
    job: end,
  } = play(
    job(2),
    { type: 'submitted' },
    { type: 'started' },
    { type: 'node-done', remaining: 1 },
    { type: 'node-done', remaining: 0 },
    { type: 'node-done', remaining: 0, result: { archive } },
    { type: 'finished' },
  )
  assert.deepEqual(statuses, ['pending', 'submitted', 'running', 'ending', 'succeeded'])
  assert.deepEqual(effects, ['submit 1', 'submit 2', 'release'])
  assert.equal(end.result.archive?.artifact, 'a')
})

test('a job that waits begins when it is admitted, once', () => {
  const waiting: Job = { ...job(1), throttled: true }
  const { job: begun, effects } = play(waiting, { type: 'admitted' }, { type: 'admitted' })
  assert.deepEqual(effects, ['submit 0'])
  assert.deepEqual([begun.status, begun.throttled], ['pending', undefined])
  const afterRun = play({ ...waiting, status: 'draft' }, { type: 'run' })
  assert.deepEqual([afterRun.job.status, afterRun.effects], ['pending', []])
  const cancelled = play(waiting, { type: 'cancelled', remaining: 0 }, { type: 'admitted' })
  assert.deepEqual([cancelled.effects, cancelled.job.throttled], [['submit 1'], true])
})

test('one truth: a job past its deadline fails with its limit, and its outcome stands', () => {
  const late: Job = { ...job(2), deadline: new Date(90_000) }
  const running = play(late, { type: 'started' }, { type: 'timed-out', remaining: 2 })
  assert.deepEqual([running.effects, running.job.outcome, running.job.stopped], [[], 'failed', true])
  assert.match(running.job.error?.message ?? '', /limit of 90 s/)
  const drained = play(running.job, { type: 'node-failed', remaining: 0, error }, { type: 'finished' })
  assert.deepEqual(drained.effects, ['submit 2', 'release'])
  assert.deepEqual([drained.job.status, drained.job.error?.code], ['failed', 'timeout'])
  const over = play(late, { type: 'cancelled', remaining: 0 }, { type: 'timed-out', remaining: 0 })
  assert.equal(over.job.outcome, 'cancelled')
})

test('order: when a node fails, the rest of its batch runs, no later batch starts, then the job fails', () => {
  const failed = play(job(3), { type: 'started' }, { type: 'node-failed', remaining: 2, error })
  assert.equal(failed.job.status, 'ending')
  assert.deepEqual(failed.effects, [])
  const { statuses, effects } = play(
    failed.job,
    { type: 'node-done', remaining: 1 },
    { type: 'node-failed', remaining: 0, error: { ...error, message: 'later' } },
    { type: 'finished' },
  )
  assert.deepEqual(statuses, ['pending', 'running', 'ending', 'failed'])
  assert.deepEqual(effects, ['submit 3', 'release'])
})

const draftJob = (): Job => ({ ...job(0), kind: 'import', status: 'draft', changes: [] })

test('what is afterRun is submitted once, when it is asked to run', () => {
  const ready = { ...draftJob(), batches: 2 }
  const { statuses, effects } = play(ready, { type: 'run' }, { type: 'run' }, { type: 'submitted' })
  assert.deepEqual(statuses, ['pending', 'submitted'])
  assert.deepEqual(effects, ['submit 0'])
  const early = play(draftJob(), { type: 'submitted' }, { type: 'started' })
  assert.deepEqual([early.job.status, early.effects], ['draft', []])
})

test('what is afterRun and then cancelled goes to its last step, for the reason given', () => {
  const expired = { code: 'expired', message: 'late', retryable: false } as const
  const cancelled = { type: 'cancelled', remaining: 0 } as const
  const { job: end, effects } = play(draftJob(), { ...cancelled, error: expired }, { type: 'finished' })
  assert.deepEqual([end.status, end.error], ['cancelled', expired])
  assert.deepEqual(effects, ['submit 0', 'release'])
  assert.equal(play(draftJob(), cancelled).job.error?.code, 'cancelled')
})

test('the first outcome stands, and its error', () => {
  const { job: end } = play(
    job(1),
    { type: 'node-failed', remaining: 1, error },
    { type: 'cancelled', remaining: 1 },
  )
  assert.deepEqual([end.outcome, end.stopped, end.error?.code], ['failed', true, error.code])
  assert.match(end.error?.message ?? '', /^no .*cancelled/)
  const last = play(end, { type: 'node-failed', remaining: 0, error: { ...error, message: 'later' } })
  assert.equal(last.job.error?.message, end.error?.message)
  assert.deepEqual(play(last.job, { type: 'cancelled', remaining: 0 }).effects, [])
})

test('cancelled while nothing runs, a job goes straight to its last step', () => {
  const { job: end, effects } = play(job(5), { type: 'cancelled', remaining: 0 }, { type: 'finished' })
  assert.equal(end.status, 'cancelled')
  assert.deepEqual(effects, ['submit 5', 'release'])
})

test('a success whose last step fails becomes a failure that is cleaned up', () => {
  const { job: end, effects } = play(
    job(1),
    { type: 'node-done', remaining: 0 },
    { type: 'finish-failed', error },
    { type: 'finished' },
  )
  assert.equal(end.status, 'failed')
  assert.deepEqual(effects, ['submit 1', 'submit 1', 'release'])
})

const events = fc.oneof(
  fc.constant({ type: 'submitted' } as const),
  fc.constant({ type: 'started' } as const),
  fc.record({ type: fc.constant('node-done' as const), remaining: fc.nat(2) }),
  fc.record({ type: fc.constant('node-failed' as const), remaining: fc.nat(2), error: fc.constant(error) }),
  fc.record({ type: fc.constant('cancelled' as const), remaining: fc.nat(2) }),
  fc.record({ type: fc.constant('timed-out' as const), remaining: fc.nat(2) }),
  fc.constant({ type: 'admitted' } as const),
  fc.constant({ type: 'finished' } as const),
  fc.constant({ type: 'finish-failed', error } as const),
)

test('for any events: outcomes and terminal states never change back, claims are freed exactly at the end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(events, { maxLength: 30 }), (batches, list) => {
      let now = job(batches)
      let released = 0
      for (const event of list) {
        const step = transition(now, event, at)
        if (isTerminal(now.status)) {
          assert.equal(step.job, now)
          assert.deepEqual(step.effects, [])
        }
        if (now.outcome === 'failed' || now.outcome === 'cancelled')
          assert.equal(step.job.outcome, now.outcome)
        assert.ok(step.job.batch >= now.batch && step.job.batch <= batches)
        if (now.outcome)
          for (const effect of step.effects) if (effect.type === 'submit') assert.equal(effect.batch, batches)
        const releases = step.effects.filter((effect) => effect.type === 'release').length
        released += releases
        assert.equal(releases === 1, !isTerminal(now.status) && isTerminal(step.job.status))
        if (step.job.status !== now.status) assert.equal(step.job.changes.at(-1)?.status, step.job.status)
        now = step.job
      }
      assert.equal(released, isTerminal(now.status) ? 1 : 0)
    }),
  )
})

test.run()
