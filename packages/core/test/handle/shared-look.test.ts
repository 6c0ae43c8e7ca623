import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { SharedLook } from '#internal/handle/shared-look.js'

const test = suite('watch: one look for all')

/** A value that reads see as it is; each read ends, and each look begins, when the test says so. */
function setup() {
  const looked = { reads: 0, value: 0, ended: 0 }
  const pending: (() => void)[] = []
  let wake = (): void => undefined
  const look = new SharedLook<number>({
    read: () => {
      looked.reads += 1
      const { value } = looked
      return new Promise((resolve, reject) => {
        pending.push(() => (value < 0 ? reject(new Error('away')) : resolve(value)))
      })
    },
    isLast: (value) => value === 9,
    nextEvent: (signal) => ({
      promise: new Promise((resolve) => {
        wake = resolve
        signal.addEventListener('abort', () => resolve())
      }),
      stop: () => undefined,
    }),
    ended: () => {
      looked.ended += 1
    },
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    look,
    looked,
    settle,
    answer: async () => {
      await settle()
      for (const read of pending.splice(0)) read()
      await settle()
    },
    change: async (value: number) => {
      looked.value = value
      wake()
      await settle()
    },
  }
}

function followed(look: SharedLook<number>, signal?: AbortSignal) {
  const seen: (number | string)[] = []
  const done = (async () => {
    for await (const value of look.follow(signal)) seen.push(value)
  })().catch((error: Error) => void seen.push(error.message))
  return { seen, done }
}

test('a hundred followers cost one read for each change', async () => {
  const { look, looked, answer, change } = setup()
  const all = Array.from({ length: 100 }, () => followed(look))
  await answer()
  await answer()
  // Those who come while a read is under way need one that begins later.
  assert.equal(looked.reads, 2)
  await change(1)
  await answer()
  assert.equal(looked.reads, 3)
  await change(9)
  await answer()
  assert.equal(looked.reads, 4)
  await Promise.all(all.map(({ done }) => done))
  for (const { seen } of all) assert.deepEqual([...new Set(seen)], [0, 1, 9])
  assert.equal(looked.ended, 1)
})

test('who comes later sees nothing that was read before', async () => {
  const { look, looked, answer, settle } = setup()
  const first = followed(look)
  await settle()
  looked.value = 5
  const second = followed(look)
  await answer()
  assert.deepEqual([first.seen, second.seen], [[0], []])
  await answer()
  assert.deepEqual(second.seen, [5])
})

test('a read that fails is told to all; the next follower begins anew', async () => {
  const { look, looked, answer } = setup()
  looked.value = -1
  const both = [followed(look), followed(look)]
  await answer()
  for (const { seen, done } of both) {
    await done
    assert.deepEqual(seen, ['away'])
  }
  looked.value = 9
  const next = followed(look)
  await answer()
  await next.done
  assert.deepEqual(next.seen, [9])
})

test('nothing is read when nobody follows any more', async () => {
  const { look, looked, answer, change, settle } = setup()
  const leaving = new AbortController()
  const { seen, done } = followed(look, leaving.signal)
  await answer()
  leaving.abort(new Error('enough'))
  await done
  assert.deepEqual(seen, [0, 'enough'])
  await settle()
  await change(1)
  await answer()
  assert.deepEqual([looked.reads, looked.ended], [1, 1])
})

test.run()
