import assert from 'node:assert/strict'
import { openZip, type ZipLabels, type ZippedFile } from '@piecework/core/archive'
import { entriesOf, isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { heldMemory } from '@piecework/test-support'
import { suite } from 'uvu'
import { zipBytes } from './zip-bytes.js'

const test = suite('uploaded zips')

const labels: ZipLabels = {
  what: 'the parcels',
  subject: 'The parcels',
  problem: (problem, message) => new PieceworkError(`land/parcels-${problem}`, message),
}

/** `before` is called for each request to the artifact store. */
const filesOf = (zip: Buffer, before: () => void = () => {}): Promise<readonly ZippedFile[]> => {
  const entries = entriesOf([
    {
      path: 'parcels',
      facts: { size: zip.length },
      async *open({ start, end } = { start: 0, end: zip.length }) {
        before()
        yield zip.subarray(start, end)
      },
    },
  ])
  return openZip(entries, 'parcels', 20_000, labels)
}

async function textOf(file: ZippedFile | undefined): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file?.open() ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const zip = zipBytes({ entries: names.map((path) => ({ path, bytes: `text of ${path}` })) })

test('files are what they are in any order, and several at once', async () => {
  const files = await filesOf(zip)
  for (const order of [files, [...files].reverse(), [...files, ...files]])
    for (const file of order) assert.equal(await textOf(file), `text of ${file.name}`)
  assert.deepEqual(
    await Promise.all(files.map(textOf)),
    names.map((name) => `text of ${name}`),
  )
})

test('a request that fails is tried again by the next one', async () => {
  let fails = false
  const files = await filesOf(zip, () => {
    if (fails) throw new PieceworkError('storage', 'The store is away.', { retryable: true })
  })
  const [a, b, c] = files
  assert.equal(await textOf(a), 'text of a')
  fails = true
  await assert.rejects(textOf(b), (error) => isPieceworkError(error, 'storage'))
  await assert.rejects(textOf(c), (error) => isPieceworkError(error, 'storage'))
  fails = false
  for (const file of files) assert.equal(await textOf(file), `text of ${file.name}`)
})

test('hostile archives: a file that reaches into the next one is refused', async () => {
  const overlapping = zipBytes({
    entries: [
      { path: 'a', bytes: 'a'.repeat(100), method: 0 },
      { path: 'b', bytes: 'b', method: 0, start: 60 },
    ],
  })
  const [a] = await filesOf(overlapping)
  await assert.rejects(textOf(a), (error) => isPieceworkError(error, 'land/parcels-zip'))
})

test('flat: of the directory of a zip no more is held than its files need', async () => {
  const most = 20_000
  const names = Array.from({ length: most }, (_, at) => `folder/photo ${at}.jpg`)
  const large = zipBytes({ entries: names.map((path) => ({ path, bytes: '' })) })
  const before = heldMemory()
  const files = await filesOf(large)
  const bytes = (heldMemory() - before) / most
  assert.equal(files.length, most)
  assert.ok(bytes < 700, `${bytes} bytes are held for each file`)
})

test.run()
