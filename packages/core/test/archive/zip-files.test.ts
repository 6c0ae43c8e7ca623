import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { type FileToZip, zipFiles } from '@piecework/core/piece'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { suite } from 'uvu'
import { fromBufferPromise } from 'yauzl'

const test = suite('zips that are written')

const file = (name: string, ...texts: readonly string[]): FileToZip => ({
  name,
  open: async function* () {
    for (const text of texts) yield Buffer.from(text)
  },
})

test('more files than 16 bits count, none at all, and the longest name', async () => {
  for (const count of [0, 65_535, 65_536]) {
    const files = Array.from({ length: count }, (_, at) => file(`f${at}`))
    const zip = await fromBufferPromise(await buffer(zipFiles(files, { store: true })))
    assert.equal(zip.entryCount, count)
    let last = ''
    for await (const { fileName } of zip.eachEntry()) last = fileName
    assert.equal(last, count === 0 ? '' : `f${count - 1}`)
  }
  const long = 'é'.repeat(32_767)
  const found = await readZip(await buffer(zipFiles([file(long, 'a', '', 'b')])))
  assert.equal(String(found.get(long)), 'ab')
})

test('a name that no zip can hold is refused in words', () =>
  assert.rejects(buffer(zipFiles([file('x'.repeat(65_536))])), { code: 'archive-limit' }))

test('what a file throws ends the zip, and a reader that leaves closes the file', async () => {
  const broken = async function* () {
    yield Buffer.from('half')
    throw new Error('lost')
  }
  await assert.rejects(buffer(zipFiles([{ name: 'a', open: broken }])), /lost/)
  let isClosed = false
  const endless = async function* () {
    try {
      for (;;) yield Buffer.alloc(1000)
    } finally {
      isClosed = true
    }
  }
  for await (const bytes of zipFiles([{ name: 'a', open: endless }], { store: true }))
    if (bytes.length === 1000) break
  assert.ok(isClosed)
})

test.run()
