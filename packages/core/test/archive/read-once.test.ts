import assert from 'node:assert/strict'
import type { ByteRange } from '@piecework/core/piece'
import { type EntryFile, PieceworkError, readOnce } from '@piecework/core/piece'
import { suite } from 'uvu'
import { bytesOf } from './support.js'

const test = suite('files that are read once')
const mebibyte = 1024 * 1024

function file(content: Buffer) {
  const opened: (ByteRange | undefined)[] = []
  const entry: EntryFile = {
    path: 'a',
    facts: { size: content.length },
    async *open(range) {
      opened.push(range)
      const part = range ? content.subarray(range.start, range.end) : content
      for (let at = 0; at < part.length; at += 1000) yield part.subarray(at, at + 1000)
    },
  }
  return { entry, opened }
}

test('a small file is opened once, and gives the same bytes whole and by range, at a time and later', async () => {
  const content = Buffer.from(Array.from({ length: 700_001 }, (_, at) => at % 251))
  const { entry, opened } = file(content)
  const once = readOnce(entry)
  const ranges = [undefined, { start: 0, end: 4 }, { start: 699_999, end: 700_001 }, { start: 5, end: 5 }]
  const read = await Promise.all(ranges.map(async (range) => bytesOf(once.open(range))))
  const wanted = ranges.map((range) => (range ? content.subarray(range.start, range.end) : content))
  for (const [index, bytes] of read.entries()) assert.ok(bytes.equals(wanted[index] as Buffer))
  assert.ok((await bytesOf(once.open())).equals(content))
  assert.deepEqual(opened, [undefined])
})

test('flat memory: a file of more than 16 MB is opened each time, by the range that is asked for', async () => {
  const { entry, opened } = file(Buffer.alloc(16 * mebibyte + 1))
  const once = readOnce(entry)
  const range = { start: 1, end: 3 }
  for (let time = 0; time < 2; time++) assert.equal((await bytesOf(once.open(range))).length, 2)
  assert.deepEqual(opened, [range, range])
})

test('a file that could not be read is opened again', async () => {
  let times = 0
  const once = readOnce({
    path: 'a',
    facts: { size: 1 },
    async *open() {
      times += 1
      if (times === 1) throw new PieceworkError('storage', 'The store is away.', { retryable: true })
      yield Buffer.from('x')
    },
  })
  await assert.rejects(bytesOf(once.open()))
  assert.equal((await bytesOf(once.open())).toString(), 'x')
  assert.equal(times, 2)
})

test.run()
