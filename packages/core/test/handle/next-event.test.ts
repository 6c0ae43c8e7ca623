import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { engineTimes } from '#internal/defaults.js'
import { createEmitter } from '#internal/events.js'
import { nextEvent } from '#internal/handle/next-event.js'
import { FakeClock } from '../support/fake-clock.js'

const test = suite('watch: next event')

const about = { job: 'j1', node: 'a', attempt: 1 }
const progress = { done: 1 }

function setup(signal?: AbortSignal, of?: 'status') {
  const clock = new FakeClock()
  const events = createEmitter()
  const woken = nextEvent({ events, environment: clock.process() }, 'j1', signal, of)
  let isWoken = false
  void woken.promise.then(() => {
    isWoken = true
  })
  return { clock, events, woken, isWoken: () => isWoken }
}

test('many events at once wake it once, soon', async () => {
  const { clock, events, isWoken } = setup()
  for (let n = 0; n < 100; n += 1) events.emit('node:progress', { ...about, progress })
  await clock.pass(engineTimes.watchLeastMs - 1)
  assert.equal(isWoken(), false)
  await clock.pass(1)
  assert.equal(isWoken(), true)
})

test('events of other jobs do not wake it; it looks all the same after a while', async () => {
  const { clock, events, isWoken } = setup()
  events.emit('node:progress', { ...about, job: 'j2', progress })
  await clock.pass(engineTimes.watchMs - 1)
  assert.equal(isWoken(), false)
  await clock.pass(1)
  assert.equal(isWoken(), true)
})

test('of the status alone, nodes do not wake it', async () => {
  const { clock, events, isWoken } = setup(undefined, 'status')
  events.emit('node:progress', { ...about, progress })
  events.emit('node:done', { ...about, findings: [] })
  await clock.pass(engineTimes.watchMs - 1)
  assert.equal(isWoken(), false)
})

test('an abort wakes it at once', async () => {
  const controller = new AbortController()
  const { clock, isWoken } = setup(controller.signal)
  controller.abort()
  await clock.pass(0)
  assert.equal(isWoken(), true)
})

test('stopped, it leaves no listener and no timer', async () => {
  const { clock, events, woken, isWoken } = setup()
  for (let n = 0; n < 3; n += 1) events.emit('node:progress', { ...about, progress })
  woken.stop()
  assert.equal(clock.timers, 0)
  assert.deepEqual(
    events.eventNames().map((name) => events.listenerCount(name)),
    [],
  )
  await clock.pass(2 * engineTimes.watchMs)
  assert.equal(isWoken(), false)
})

test.run()
