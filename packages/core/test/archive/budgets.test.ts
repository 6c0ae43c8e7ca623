import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createPiecework, isPieceworkError } from '@piecework/core'
import {
  type Manifest,
  manifestSigner,
  openArchive,
  readManifest,
  writeManifest,
} from '@piecework/core/archive'
import { entriesOf, openCsv } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { manifestSteps } from '#internal/archive/manifest.js'
import { bombs, numbered, root, sourceOf, stamp, tree } from './bombs.js'
import { chunks } from './support.js'
import { type HandmadeEntry, manifestOf, zipBytes } from './zip-bytes.js'

const test = suite('budgets of archives')

for (const [what, make] of Object.entries(bombs))
  test(`hostile archives: a manifest ${what} is refused by its first fault`, async () => {
    const bytes = Buffer.from(make())
    const error = refusalOf(() => readManifest(bytes))
    assert.match(error.code, /^archive-(?:invalid|limit)$/)
    assert.ok(error.message.length < 1000, `the message has ${error.message.length} characters`)
    const { issues = [] } = (error.cause ?? {}) as { issues?: readonly unknown[] }
    assert.ok(issues.length <= 1, `${issues.length} faults were found`)
    await assert.rejects(openArchive(sourceOf(zipBytes({ entries: [{ path: 'manifest.json', bytes }] }))), {
      code: /^archive-/,
    })
  })

function refusalOf(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (isPieceworkError(error)) return error
    throw error
  }
  return assert.fail('It was read.')
}

test('hostile archives: a manifest that swells too much is refused before it is inflated', async () => {
  const bytes = Buffer.from(`{${stamp},${tree},"pieces":[]}${' '.repeat(2_000_000)}`)
  await assert.rejects(openArchive(sourceOf(zipBytes({ entries: [{ path: 'manifest.json', bytes }] }))), {
    code: 'archive-limit',
    message: /compression ratio of manifest\.json/,
  })
})

test('hostile archives: a host that requires a trusted key looks at nothing else first', async () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const piecework = createPiecework({
    packs: [],
    runtime: inProcess(),
    trust: { keys: { k: publicKey }, policy: 'require' },
  })
  const text = '[[[ this is no JSON'
  const strangers = generateKeyPairSync('ed25519').privateKey
  const signed = manifestSigner({ key: strangers, keyId: 'k' })(Buffer.from(text))
  const signatures = {
    'archive-unsigned': [],
    'archive-signature': [{ path: 'manifest.sig', bytes: Buffer.from(signed) }],
  }
  for (const [code, files] of Object.entries(signatures)) {
    const bytes = zipBytes({ entries: [{ path: 'manifest.json', bytes: text }, ...files] })
    const request = { archive: { stream: chunks(bytes) }, principal: { id: 'ann' } }
    await assert.rejects(piecework.import(request), { code })
  }
})

test('hostile archives: a document of too many values is refused when they have come', async () => {
  for (const item of ['[],', '{},', '0,', '"",', '[[[]]],']) {
    let read = 0
    const part = Buffer.from(item.repeat(10_000))
    const file = {
      path: 'a.json',
      facts: { size: 60_000_000 },
      open: async function* () {
        yield Buffer.from('[')
        while (read < 60_000_000) {
          read += part.length
          yield part
        }
      },
    }
    const schema = { parse: (value: unknown) => value }
    await assert.rejects(entriesOf([file]).json('a.json', schema), {
      code: 'archive-limit',
      message: 'Entry "a.json" holds more than 100000 values',
    })
    assert.ok(read <= 11 * part.length, `${read} bytes of ${item} were read`)
  }
})

test('hostile archives: braces, commas and quotes within texts of a document are none', async () => {
  const document = { a: ['[', '{', ',', '"', '\\', '\\"[', '\\\\'].map((text) => text.repeat(200_000)) }
  const bytes = Buffer.from(JSON.stringify(document))
  for (const step of [997, 65_536, bytes.length]) {
    const file = { path: 'a.json', facts: { size: bytes.length }, open: () => chunks(bytes, step) }
    assert.deepEqual(await entriesOf([file]).json('a.json', { parse: (value) => value }), document)
  }
})

test('hostile archives: a document that is nested too deeply is refused', async () => {
  const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}${']}'.repeat(depth / 2)}`
  const read = (text: string) =>
    entriesOf([{ path: 'a.json', facts: { size: text.length }, open: () => chunks(text) }]).json('a.json', {
      parse: () => 'read',
    })
  assert.equal(await read(nested(100)), 'read')
  await assert.rejects(read(nested(102)), { code: 'archive-invalid', message: /nested deeper than 100/ })
})

test('hostile archives: a header of too many columns is refused', async () => {
  const header = (columns: number) => `${numbered((at) => `c${at}`, columns)}\n`
  assert.equal((await openCsv(chunks(header(5000)))).columns.length, 5000)
  await assert.rejects(openCsv(chunks(header(5001))), { code: 'archive-limit', message: /number of columns/ })
})

test('hostile archives: a header is read once, however small the chunks', async () => {
  let copied = 0
  const { concat } = Buffer
  Buffer.concat = (list, length) => {
    for (const { length: bytes } of list) copied += bytes
    return concat(list, length)
  }
  const names = ['n'.repeat(20_000), 'm'.repeat(20_000)]
  try {
    const { columns } = await openCsv(chunks(`${names[0]},"${names[1]}"\n`, 1))
    assert.deepEqual(columns, names)
  } finally {
    Buffer.concat = concat
  }
  assert.ok(copied >= 40_000, 'the copies are counted')
  assert.ok(copied < 200_000, `${copied} bytes were copied`)
})

test('hostile archives: what a zip says beside its entries is bounded', async () => {
  const a: HandmadeEntry = { path: 'project/x/a.csv', bytes: 'id\n' }
  const open = (entry: HandmadeEntry) =>
    openArchive(sourceOf(zipBytes({ entries: [manifestOf({ 'a.csv': 'id\n' }), entry] })))
  await open({ ...a, extra: Buffer.from('\x01\x99\x04\x00abcd', 'latin1') })
  const field = Buffer.alloc(4 + 5000)
  field.writeUInt16LE(0x9901, 0)
  field.writeUInt16LE(5000, 2)
  await assert.rejects(open({ ...a, extra: field }), { code: 'archive-limit', message: /extra fields/ })
  await assert.rejects(open({ ...a, path: `${'a/'.repeat(200)}b` }), {
    code: 'archive-invalid',
    message: /more than 32 parts/,
  })
})

/** An archive's manifest of so many resources with a piece of two entries each. */
function manifestOfMany(count: number): Uint8Array {
  const children = Array.from({ length: count }, (_, at) => ({ kind: 'page', id: `p${at}`, children: [] }))
  const entry = { size: 3, sha256: 'a'.repeat(64), rows: 1 }
  const pieces = children.map(({ kind, id }) => ({
    resource: { kind, id },
    name: 'page/x',
    version: 1,
    entries: [
      { path: 'a.csv', ...entry },
      { path: 'b.csv', ...entry },
    ],
  }))
  const manifest: Manifest = { format: 'piecework-archive', version: 1, tree: { ...root, children }, pieces }
  return writeManifest(manifest)
}

test('a manifest is read in steps, whose number grows with it', () => {
  const stepsOf = (count: number): number => {
    const steps = manifestSteps(manifestOfMany(count))
    let taken = 0
    while (!steps.next().done) taken++
    return taken
  }
  const [few, more] = [stepsOf(2000), stepsOf(8000)]
  assert.ok(few >= 2000 / 100, `${few} steps`)
  assert.ok(more > 3 * few && more < 5 * few, `${few} and ${more} steps`)
})

test.run()
