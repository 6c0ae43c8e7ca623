import assert from 'node:assert/strict'
import type { FileStore } from '@piecework/core/piece'
import { check, checkOptions, type OptionChecks, required } from '@piecework/core/store'
import { bytesOf, chunked } from '../bytes.js'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import type { FileStoreLawsOptions } from './file-store-laws-options.js'

const lawChecks: OptionChecks<FileStoreLawsOptions> = { make: required(check.func()) }

const { signal } = new AbortController()

/** Laws of a `FileStore`, whose keys are the host's own. */
export function fileStoreLaws(runner: LawTest, options: FileStoreLawsOptions): void {
  const test = linked(runner)
  checkOptions('fileStoreLaws()', options, lawChecks)

  test('what was put is read again: empty, small and large, under any name', async () => {
    const store = await options.make()
    const large = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, at) => at * 31 + (at >> 8)))
    for (const [key, bytes] of [
      ['empty', Buffer.alloc(0)],
      ['a/b c/ünïcode "🐟".jpg', Buffer.from('small')],
      ['a/b c/large.bin', large],
    ] as const) {
      await store.put(key, chunked(bytes, 50_021), signal)
      assert.ok(bytes.equals(await read(store, key)), `other bytes were read of ${key} than were put`)
    }
  })

  test('what is not there is undefined, and deleting it is no error', async () => {
    const store = await options.make()
    await store.put('a/b', chunked('x'), signal)
    for (const key of ['a', 'a/c', 'a/b/c', 'b']) {
      assert.equal(await store.open(key, signal), undefined, `there is a file ${key}`)
      await store.delete(key, signal)
    }
    assert.equal(String(await read(store, 'a/b')), 'x')
  })

  test('nothing half-made: a put that fails leaves nothing under its key', async () => {
    const store = await options.make()
    const broken = async function* () {
      yield Buffer.alloc(200_000)
      throw new Error('the bytes broke off')
    }
    await assert.rejects(store.put('a/b', broken(), signal), /the bytes broke off/)
    assert.equal(await store.open('a/b', signal), undefined)
  })

  test('nothing half-made: a file is not seen before its last byte', async () => {
    const store = await options.make()
    let seen: unknown = 'not asked'
    const slow = async function* () {
      yield Buffer.alloc(200_000)
      seen = await store.open('a/b', signal)
      yield Buffer.from('end')
    }
    await store.put('a/b', slow(), signal)
    assert.equal(seen, undefined)
    assert.equal((await read(store, 'a/b')).length, 200_003)
  })

  test('a deletion takes its own file, and no other', async () => {
    const store = await options.make()
    const kept = ['a/b.jpg', 'a/b2', 'a/b c']
    for (const key of ['a/b', ...kept]) await store.put(key, chunked(key), signal)
    await store.delete('a/b', signal)
    assert.equal(await store.open('a/b', signal), undefined)
    for (const key of kept) assert.equal(String(await read(store, key)), key)
  })

  test('a copy is a file of its own; of what is not there, there is none', async () => {
    const store = await options.make()
    if (!store.copy) return
    await store.put('a/b', chunked('x'), signal)
    assert.equal(await store.copy('a/b', 'c/d', signal), true)
    assert.equal(String(await read(store, 'a/b')), 'x')
    await store.delete('a/b', signal)
    assert.equal(String(await read(store, 'c/d')), 'x')
    assert.equal(await store.copy('a/b', 'c/e', signal), false)
    assert.equal(await store.open('c/e', signal), undefined)
  })
}

async function read(store: FileStore, key: string): Promise<Buffer> {
  return bytesOf((await store.open(key, signal)) ?? assert.fail(`there is no file ${key}`))
}
