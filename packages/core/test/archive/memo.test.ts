import assert from 'node:assert/strict'
import { entriesOf, memo, PieceworkError } from '@piecework/core/piece'
import { suite } from 'uvu'

const test = suite('memo of entries')
const mebibyte = 1024 * 1024

/** Counts how often it makes its value. */
function maker(bytes: number, value = 'made') {
  const made = { times: 0, make: async () => ({ value: `${value} ${++made.times}`, bytes }) }
  return made
}

test('a value is made once for those who ask at a time and later, by entries, path and key', async () => {
  const entries = entriesOf([])
  const { make } = maker(10)
  assert.deepEqual(await Promise.all([memo(entries, 'a', 'k', make), memo(entries, 'a', 'k', make)]), [
    'made 1',
    'made 1',
  ])
  assert.equal(await memo(entries, 'a', 'k', make), 'made 1')
  assert.equal(await memo(entries, 'a', 'other', make), 'made 2')
  assert.equal(await memo(entries, 'b', 'k', make), 'made 3')
  assert.equal(await memo(entriesOf([]), 'a', 'k', make), 'made 4')
})

test('flat memory: of one entry 16 MB are remembered at most, whatever is derived from it', async () => {
  const entries = entriesOf([])
  const large = maker(16 * mebibyte + 1)
  assert.equal(await memo(entries, 'a', 'large', large.make), 'made 1')
  assert.equal(await memo(entries, 'a', 'large', large.make), 'made 2')
  const halves = maker(8 * mebibyte)
  for (const key of ['one', 'two', 'three', 'one', 'two', 'three']) await memo(entries, 'a', key, halves.make)
  assert.equal(halves.times, 4, 'the third does not fit and is made again')
  await memo(entries, 'b', 'one', halves.make)
  await memo(entries, 'b', 'one', halves.make)
  assert.equal(halves.times, 5, 'another entry has room of its own')
})

test('an error is remembered unless another try may succeed', async () => {
  const entries = entriesOf([])
  let tries = 0
  const failing = (error: Error) => async () => {
    tries++
    throw error
  }
  const invalid = failing(new PieceworkError('archive-invalid', 'This is not a zip.'))
  const away = failing(new PieceworkError('storage', 'The store is away.', { retryable: true }))
  const aborted = failing(new DOMException('Aborted.', 'AbortError'))
  for (const make of [invalid, invalid]) await assert.rejects(memo(entries, 'a', 'invalid', make))
  assert.equal(tries, 1)
  for (const make of [away, away]) await assert.rejects(memo(entries, 'a', 'away', make))
  assert.equal(tries, 3)
  for (const make of [aborted, aborted]) await assert.rejects(memo(entries, 'a', 'aborted', make))
  assert.equal(tries, 5)
})

test.run()
