import assert from 'node:assert/strict'
import type { Input } from '@piecework/core/piece'
import { suite } from 'uvu'
import { idleInputs } from '#internal/defaults.js'
import { OpenInputs } from '#internal/requests/open-inputs.js'
import { FakeClock } from '../support/fake-clock.js'

const test = suite('open inputs')

/** An input whose close lasts until `release`. */
class SlowInput implements Input {
  readonly tree = { kind: 'notebook', id: '1', children: [] }
  readonly nodes = []
  readonly findings = []
  closed = 0
  release = () => {}
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve
  })

  close(): Promise<void> {
    this.closed++
    return this.#released
  }
}

const held = (input: Input, isThere = true) => ({
  open: async () => input,
  isThere: async () => isThere,
})

test('an input that is taken up while others of the same sweep are closed is opened again, not closed under its user', async () => {
  const clock = new FakeClock()
  const inputs = new OpenInputs(clock.process())
  const [first, second, again] = [new SlowInput(), new SlowInput(), new SlowInput()]
  await inputs.use('first', held(first), async () => {})
  await inputs.use('second', held(second), async () => {})
  await clock.pass(idleInputs.ms)
  assert.equal(first.closed, 1)
  const closedMeanwhile = await inputs.use('second', held(again), async (input) => {
    const before = (input as SlowInput).closed
    first.release()
    await clock.pass(0)
    return (input as SlowInput).closed - before
  })
  assert.equal(closedMeanwhile, 0)
})

test('an input that is gone is closed once, also if a sweep finds it meanwhile', async () => {
  const clock = new FakeClock()
  const inputs = new OpenInputs(clock.process())
  const [gone, present] = [new SlowInput(), new SlowInput()]
  gone.release()
  await inputs.use('one', held(gone), async () => {})
  const isThere = async () => {
    await clock.pass(2 * idleInputs.ms)
    return false
  }
  const used = await inputs.use('one', { open: async () => present, isThere }, async (input) => input)
  assert.equal(used, present)
  assert.equal(gone.closed, 1)
})

test.run()
