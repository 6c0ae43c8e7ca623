import assert from 'node:assert/strict'
import type { Output } from '@piecework/core/piece'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { suite } from 'uvu'
import { zipForPeople } from '#internal/outputs/zip-for-people.js'
import { ann, bytes, withPiecework } from '../support/notebooks.js'
import { bytesOf, withOutputs } from './support.js'

const test = suite('outputs: zips for people')

const date = new Date('2026-01-02T03:04:06Z')

test('a zip keeps the names of its files, makes them safe, and tells the report', async () => {
  const zipped: Output = {
    name: 'notebooks/zip',
    mediaType: 'application/zip',
    fileName: () => 'lines.zip',
    assemble: ({ pieces, zip }) =>
      zip([
        { name: '../Größe.txt', open: () => bytes('one') },
        { name: 'größe.TXT', open: () => bytes('two') },
        ...pieces.map(({ entries }) => ({ name: 'csv/lines.csv', open: () => entries.open('lines.csv') })),
        { name: 'empty', open: () => bytes('') },
      ]),
  }
  await withPiecework(withOutputs(zipped), async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const made = async () => {
      const job = await piecework.export({ resource, outputs: [{ name: zipped.name }], principal: ann })
      const { findings } = await job.ended()
      const { bytes: zip } = await piecework.download(job.id, { principal: ann })
      return { zip: await bytesOf(zip), findings }
    }
    const { zip, findings } = await made()
    const found = await readZip(zip)
    assert.deepEqual(
      [...found].map(([name, content]) => [name, String(content)]),
      [
        ['Größe.txt', 'one'],
        ['größe (2).TXT', 'two'],
        ['csv/lines.csv', 'text\nwren\n'],
        ['empty', ''],
      ],
    )
    assert.deepEqual(
      findings.map(({ code, piece, file }) => [code, piece, file]),
      [
        ['core/file-renamed', 'notebooks/zip', 'Größe.txt'],
        ['core/file-renamed', 'notebooks/zip', 'größe (2).TXT'],
      ],
    )
  })
})

test('equal files make equal bytes; none make an empty zip', async () => {
  const signal = new AbortController().signal
  const zip = (names: readonly string[], store = false, at = date) =>
    bytesOf(
      zipForPeople(
        names.map((name) => ({ name, open: () => bytes('x'.repeat(1000)) })),
        { date: at, signal, store, renamed: assert.fail },
      ),
    )
  assert.ok((await zip(['a', 'b/c'])).equals(await zip(['a', 'b/c'])))
  assert.equal((await readZip(await zip([]))).size, 0)
  assert.ok((await zip(['a'], true)).length > 1000)
  assert.ok(!(await zip(['a'])).equals(await zip(['a'], false, new Date('2026-01-03T00:00:00Z'))))
})

test('what a file throws, the zip throws; those after it are not opened', async () => {
  let opened = 0
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('It broke.')
  }
  const files = [
    { name: 'a', open: broken },
    { name: 'b', open: () => bytes(String(opened++)) },
  ]
  const signal = new AbortController().signal
  await assert.rejects(bytesOf(zipForPeople(files, { date, signal, renamed: assert.fail })), /It broke/)
  assert.equal(opened, 0)
  async function* lost(): AsyncGenerator<never> {
    yield* []
    throw new Error('The list broke.')
  }
  await assert.rejects(
    bytesOf(zipForPeople(lost(), { date, signal, renamed: assert.fail })),
    /The list broke/,
  )
  const aborted = AbortSignal.abort(new Error('Stopped.'))
  const endless = { name: 'a', open: () => bytes('x') }
  await assert.rejects(
    bytesOf(zipForPeople([endless], { date, signal: aborted, renamed: assert.fail })),
    /Stopped/,
  )
})

test.run()
