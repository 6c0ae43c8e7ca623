import assert from 'node:assert/strict'
import { closest } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('closest name')

test('finds a name that is misspelled once, or twice if it is long', () => {
  const names = ['archive', 'keepUploads', 'into', 'name', 'priority', 'archiveTtlMs']
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['archve', 'archive'],
    ['acrhive', 'archive'],
    ['Archive', 'archive'],
    ['keep_uploads', 'keepUploads'],
    ['keepupload', 'keepUploads'],
    ['archiveTTLMs', 'archiveTtlMs'],
    ['archiveTtl', 'archiveTtlMs'],
    ['itno', 'into'],
    ['nam', 'name'],
    ['dryRun', undefined],
    ['na', undefined],
    ['', undefined],
  ]
  for (const [text, name] of cases) assert.equal(closest(text, names), name, text)
  assert.equal(closest('x', []), undefined)
})

const word = fc.stringMatching(/^[a-z]{5,12}$/)

test('a name is its own closest, and two names are as far from each other in both directions', () => {
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 5 }), (name, others) => {
      assert.equal(closest(name, [...others, name]), name)
      for (const other of others)
        assert.equal(closest(name, [other]) === undefined, closest(other, [name]) === undefined)
    }),
  )
})

test('two letters that changed places count once, two such pairs twice, three are too many', () => {
  const swap = (text: string, at: number) => text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
  const name = 'abcdefghijkl'
  assert.equal(closest(swap(name, 0), [name]), name)
  assert.equal(closest(swap(swap(name, 0), 4), [name]), name)
  assert.equal(closest(swap(swap(swap(name, 0), 4), 8), [name]), undefined)
  assert.equal(closest('ba', ['ab']), 'ab')
})

test.run()
