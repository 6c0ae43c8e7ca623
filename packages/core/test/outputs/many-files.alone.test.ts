import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { heldMemory } from '@piecework/test-support'
import { suite } from 'uvu'
import { fromBufferPromise } from 'yauzl'
import { zipForPeople } from '#internal/outputs/zip-for-people.js'
import { bytes } from '../support/notebooks.js'

const test = suite('outputs: zips of many files')

/** More than the directory of a zip without 64-bit fields counts. */
const count = 70_000

test('of a file that was written its names and its record of the directory are held, up to the end', async () => {
  const whole = Buffer.alloc(256 * count)
  let size = 0
  const held: number[] = []
  async function* files() {
    for (let n = 1; n <= count; n++) {
      if (n === 2 || n === count) held.push(heldMemory())
      yield { name: `photo ${n}.txt`, open: () => bytes(`${n}`) }
    }
  }
  const [date, signal] = [new Date(0), new AbortController().signal]
  for await (const chunk of zipForPeople(files(), { date, signal, store: true, renamed: assert.fail })) {
    if (held.length === 2 && Buffer.from(chunk).indexOf('PK\x01\x02') === 0) held.push(heldMemory())
    whole.set(chunk, size)
    size += chunk.length
  }
  const [first = 0, ...later] = held
  assert.equal(later.length, 2)
  for (const one of later) {
    const each = (one - first) / count
    assert.ok(each < 400, `${each.toFixed(0)} bytes were held of each file`)
  }
  const zip = await fromBufferPromise(whole.subarray(0, size))
  assert.equal(zip.entryCount, count)
  let last = ''
  for await (const entry of zip.eachEntry()) {
    last = entry.fileName
    if (last === `photo ${count}.txt`)
      assert.equal(await text(await zip.openReadStreamPromise(entry)), String(count))
  }
  assert.equal(last, `photo ${count}.txt`)
})

test.run()
