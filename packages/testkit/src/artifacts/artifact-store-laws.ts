import assert from 'node:assert/strict'
import { type ArtifactStore, check, checkOptions, type OptionChecks, required } from '@piecework/core/store'
import fc from 'fast-check'
import { bytesOf, chunked, keysOf } from '../bytes.js'
import { gate } from '../gate.js'
import { type LawTest, patience } from '../law.js'
import { linked } from '../linked.js'
import { refuses } from '../refuses.js'
import { within } from '../within.js'
import { artifactKeyLaws } from './artifact-key-laws.js'
import type { ArtifactStoreLawsOptions } from './artifact-store-laws-options.js'

const lawChecks: OptionChecks<ArtifactStoreLawsOptions> = {
  make: required(check.func()),
  patienceMs: check.wait,
}

/** Laws of an `ArtifactStore`. */
export function artifactStoreLaws(runner: LawTest, options: ArtifactStoreLawsOptions): void {
  const test = linked(runner)
  checkOptions('artifactStoreLaws()', options, lawChecks)
  const ms = patience(options)
  artifactKeyLaws(test, options)

  test('what was put is read again: all of it, any range of it, and its size', async () => {
    const store = await options.make()
    // Small ones, and some that are longer than the chunks that stores read.
    const length = fc.oneof(fc.nat(20), fc.nat(300_000))
    const step = fc.integer({ min: 1000, max: 100_000 })
    const cuts = fc.tuple(fc.nat(100), fc.nat(100))
    const property = fc.asyncProperty(length, step, cuts, async (size, chunk, percents) => {
      const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, index) => index * 31 + (index >> 8)))
      const [start = 0, end = 0] = percents
        .map((percent) => Math.floor((size * percent) / 100))
        .sort((a, b) => a - b)
      assert.equal(await store.put('a/content', chunked(bytes, chunk)), size)
      assert.equal((await store.stat('a/content'))?.size, size)
      assert.ok(bytes.equals(await bytesOf(store.open('a/content'))), 'other bytes were read than were put')
      const part = await bytesOf(store.open('a/content', { start, end }))
      assert.ok(
        bytes.subarray(start, end).equals(part),
        `the bytes [${start}, ${end}) are not those that were put`,
      )
    })
    await fc.assert(property, { numRuns: 60 + contentCases.length, examples: contentCases })
  })

  test('stat returns when the artifact was made, and undefined for one that is not there', async () => {
    const store = await options.make()
    // Stores may keep whole seconds only.
    const before = Date.now() - 1000
    await store.put('a/b', chunked('x'))
    const createdAt = (await store.stat('a/b'))?.createdAt.getTime() ?? 0
    assert.ok(createdAt >= before && createdAt <= Date.now() + 1000, 'createdAt is not the time of the put')
    assert.equal(await store.stat('a'), undefined)
    assert.equal(await store.stat('a/c'), undefined)
  })

  test('opening what is not there is `artifact-not-found`', async () => {
    const store = await options.make()
    await refuses('open', () => bytesOf(store.open('no/such')), 'artifact-not-found')
    await refuses(
      'open of a range',
      () => bytesOf(store.open('no', { start: 0, end: 1 })),
      'artifact-not-found',
    )
    await store.put('a/b', chunked('x'))
    await refuses('open of what only holds others', () => bytesOf(store.open('a')), 'artifact-not-found')
  })

  test('nothing half-made: an artifact is not seen before its last byte has come', async () => {
    const store = await options.make()
    await slowly(store, 'half/made', async () => {
      assert.equal(await store.stat('half/made'), undefined)
      assert.deepEqual(await keysOf(store.list('half')), [])
      await refuses('open', () => bytesOf(store.open('half/made')), 'artifact-not-found')
    })
    assert.equal((await bytesOf(store.open('half/made'))).toString(), 'newnew')
  })

  test('nothing half-made: while an artifact is replaced, the one before is seen whole', async () => {
    const store = await options.make()
    await store.put('kept', chunked('old'))
    await slowly(store, 'kept', async () => {
      assert.equal((await store.stat('kept'))?.size, 3)
      assert.equal((await bytesOf(store.open('kept'))).toString(), 'old')
    })
    assert.equal((await bytesOf(store.open('kept'))).toString(), 'newnew')
    assert.equal((await store.stat('kept'))?.size, 6)
  })

  test('nothing half-made: a put that fails leaves nothing, or what was there before', async () => {
    const store = await options.make()
    await store.put('failing/old', chunked('old'))
    for (const key of ['failing/new', 'failing/old']) {
      await assert.rejects(store.put(key, broken()), /the source broke/)
    }
    assert.deepEqual(await keysOf(store.list('failing')), ['failing/old'])
    assert.equal(await store.stat('failing/new'), undefined)
    assert.equal((await bytesOf(store.open('failing/old'))).toString(), 'old')
  })

  test('nothing half-made: of many puts under one key one is seen, whole', async () => {
    const store = await options.make()
    const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(1000 + index))
    await Promise.all(contents.map((content) => store.put('same/key', chunked(content, 100))))
    assert.ok(contents.includes((await bytesOf(store.open('same/key'))).toString()))
    assert.deepEqual(await keysOf(store.list('same')), ['same/key'])
  })

  /** Puts `newnew` in two halves and runs `meanwhile` between them. */
  async function slowly(store: ArtifactStore, key: string, meanwhile: () => Promise<void>): Promise<void> {
    const [asked, more] = [gate(), gate()]
    const halves = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('new')
      asked.open()
      await more.opened
      yield Buffer.from('new')
    }
    const put = store.put(key, halves())
    // Looked at after `meanwhile`; until then a failing put is no unhandled rejection.
    put.catch(() => {})
    try {
      await within(ms, 'put to ask for the second half', asked.opened)
      await meanwhile()
    } finally {
      more.open()
    }
    assert.equal(await within(ms, 'put', put), 6)
  }
}

/** Nothing, one byte, and ranges that are empty, begin and end within chunks, or at their ends. */
const contentCases: [size: number, chunk: number, percents: [number, number]][] = [
  [0, 1000, [0, 100]],
  [1, 1000, [0, 100]],
  [1, 1000, [0, 0]],
  [20, 1000, [25, 75]],
  [65_536, 65_536, [100, 100]],
  [200_000, 1000, [0, 33]],
  [300_000, 100_000, [17, 83]],
  [300_000, 100_000, [0, 50]],
]

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('some bytes')
  throw new Error('the source broke')
}
