import assert from 'node:assert/strict'
import type { ArtifactStore } from '@piecework/core/store'
import fc from 'fast-check'
import { bytesOf, chunked, keysOf } from '../bytes.js'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import type { ArtifactStoreLawsOptions } from './artifact-store-laws-options.js'

/** Laws of what an artifact store finds and deletes by key. Run by `artifactStoreLaws`. */
export function artifactKeyLaws(test: LawTest, { make }: ArtifactStoreLawsOptions): void {
  test('list and delete take a key and what lies below it, and nothing that only begins alike', async () => {
    // Keys of one, two and three segments; `b` is the beginning of `b-c` and `b.c`, which sort before `b/…`.
    const segment = fc.constantFrom('a', 'b', 'b-c', 'b.c', 'B', '_')
    const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
    const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 8 })
    let run = 0
    const store = await make()
    const property = fc.asyncProperty(keys, key, async (made, prefix) => {
      const root = `run-${run++}`
      const under = (one: string): string => `${root}/${one}`
      const below = (one: string): boolean => one === prefix || one.startsWith(`${prefix}/`)
      for (const one of made) await store.put(under(one), chunked(one))
      assert.deepEqual(await keysOf(store.list(under(prefix))), made.filter(below).map(under).sort())

      await store.delete(under(prefix))
      const left = made.filter((one) => !below(one))
      assert.deepEqual(await keysOf(store.list(root)), left.map(under).sort())
      for (const one of left) assert.equal((await bytesOf(store.open(under(one)))).toString(), one)

      await store.delete(under(prefix))
      await store.delete(root)
      assert.deepEqual(await keysOf(store.list(root)), [])
    })
    await fc.assert(property, { numRuns: 60 + prefixCases.length, examples: prefixCases })
  })

  test('a key may be 512 characters long', async () => {
    const store = await make()
    const key = `${'long-segment.0_9/'.repeat(31)}`.slice(0, 511).concat('Z')
    await store.put(key, chunked('x'))
    assert.deepEqual(await keysOf(store.list('long-segment.0_9')), [key])
  })

  test('hostile archives: keys that are no keys are refused by every method', async () => {
    const store = await make()
    for (const key of notKeys) {
      for (const [method, call] of Object.entries(calls(store, key))) {
        await refuses(`${method} of ${JSON.stringify(key.slice(0, 20))}`, call)
      }
    }
    assert.deepEqual(await keysOf(store.list('a')), [])
  })
}

/** Keys, and one of which they are the beginning, begin alike, lie below, or differ in case only. */
const prefixCases: [keys: string[], prefix: string][] = [
  [['b', 'b/a', 'b/a/_', 'b-c', 'b.c', 'b-c/a', 'B', 'B/a'], 'b'],
  [['a/b', 'a/b/a', 'a/b-c', 'a/b.c/a', 'a/B', 'a', 'b'], 'a/b'],
  [['b', 'b/a'], 'b/a'],
  [['b/a', 'b/a/b'], 'b/a/b'],
  [['b-c', 'b.c', 'B', 'b-c/b'], 'b'],
  [['b', 'b/b'], 'B'],
]

const notKeys = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'a/..',
  'a\\b',
  'a b',
  'a\0b',
  'a\nb',
  'a:b',
  'a%2fb',
  'ä',
  'a'.repeat(513),
]

const calls = (store: ArtifactStore, key: string): Record<string, () => Promise<unknown>> => ({
  // A refusal may come at once as well as from the promise.
  put: async () => store.put(key, chunked('x')),
  open: async () => bytesOf(store.open(key)),
  stat: async () => store.stat(key),
  delete: async () => store.delete(key),
  list: async () => keysOf(store.list(key)),
})
