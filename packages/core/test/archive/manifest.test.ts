import assert from 'node:assert/strict'
import {
  entryPath,
  type Manifest,
  manifestDigest,
  readManifest,
  writeManifest,
} from '@piecework/core/archive'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('manifest')

const project = { kind: 'project', id: 'P' }
const scenario = { kind: 'scenario', id: 's' }
const entry = { path: 'a.csv', size: 3, sha256: 'a'.repeat(64), rows: 1 }
const manifest: Manifest = {
  format: 'piecework-archive',
  version: 1,
  tree: { ...project, children: [{ ...scenario, children: [] }] },
  pieces: [
    { resource: project, name: 'project/x', version: 3, entries: [entry, { ...entry, path: 'A2.csv' }] },
    { resource: scenario, name: 'scenario/x', version: 1, exportOnly: true, entries: [] },
  ],
}

test('reproducible: order of keys and entries makes no difference', () => {
  const [first, second] = manifest.pieces
  assert.ok(first && second)
  const { name, resource, version, entries } = first
  const shuffled = {
    pieces: [{ entries: [...entries].reverse(), version, name, resource }, second],
    tree: { children: manifest.tree.children, id: 'P', kind: 'project' },
    version: 1,
    format: 'piecework-archive',
  } as const
  const bytes = writeManifest(manifest)
  assert.deepEqual(writeManifest(shuffled), bytes)
  assert.equal(manifestDigest(writeManifest(shuffled)), manifestDigest(bytes))
  assert.deepEqual(
    readManifest(bytes).pieces[0]?.entries.map(({ path }) => path),
    ['A2.csv', 'a.csv'],
  )
  assert.deepEqual(writeManifest(readManifest(bytes)), bytes)
})

test('paths of different nodes differ, whatever their ids, where case is ignored, too', () => {
  const id = fc.string({
    unit: fc.constantFrom('a', 'A', '/', '.', '%', '2', 'E', 'é', 'É', ' '),
    minLength: 1,
  })
  const root = { kind: 'project', id: 'root' }
  const pathOf = (of: string): string =>
    entryPath(root, { resource: { kind: 'scenario', id: of }, name: 's/x' }, 'a')
  const property = fc.property(id, id, (one, random) => {
    assert.match(pathOf(one), /^scenario\/[A-Za-z0-9_%-]+\/s\/x\/a$/)
    for (const other of [random, one.toLowerCase(), one.toUpperCase()])
      assert.equal(pathOf(one).toLowerCase() === pathOf(other).toLowerCase(), one === other)
  })
  const alike = [
    ['a', 'A'],
    ['é', 'É'],
    ['%2E', '.'],
    ['a%2Fb', 'a/b'],
    ['.', '..'],
    ['%', '%25'],
    ['a', 'a '],
    ['é', 'e\u0301'],
  ] as [string, string][]
  const examples = alike.flatMap(([one, other]): [string, string][] => [
    [one, other],
    [other, one],
  ])
  fc.assert(property, { numRuns: 500, examples })
})

const [first, second] = manifest.pieces
assert.ok(first && second)
const faults: Record<string, [change: unknown, message: RegExp]> = {
  'a resource that is not in the tree': [
    { pieces: [{ ...first, resource: { kind: 'project', id: 'Q' } }] },
    /project\/x is of project "Q", which is not in the tree/,
  ],
  'a resource twice in the tree': [
    { tree: { ...project, children: [{ ...project, children: [] }] } },
    /names project "P" twice/,
  ],
  'a piece twice': [{ pieces: [second, second] }, /lists scenario\/x of scenario "s" twice/],
  'an entry twice': [{ pieces: [{ ...first, entries: [entry, entry] }] }, /"project\/x\/a.csv" is taken/],
  'a path in two spellings': [
    { pieces: [{ ...first, entries: [entry, { ...entry, path: 'A.csv' }] }] },
    /is taken by another entry/,
  ],
  'a path that leaves its node': [
    { pieces: [{ ...first, entries: [{ ...entry, path: '../a' }] }] },
    /"..\/a" leaves its folder/,
  ],
  'a piece name with tricks': [{ pieces: [{ ...first, name: '../x' }] }, /pieces\.0\.name/],
  'a negative size': [
    { pieces: [{ ...first, entries: [{ ...entry, size: -1 }] }] },
    /pieces\.0\.entries\.0\.size/,
  ],
  'rows that are no number': [{ pieces: [{ ...first, entries: [{ ...entry, rows: null }] }] }, /rows/],
  'a checksum that is none': [{ pieces: [{ ...first, entries: [{ ...entry, sha256: 'x' }] }] }, /sha256/],
  'no tree': [{ tree: undefined }, /tree/],
}
for (const [what, [change, message]] of Object.entries(faults))
  test(`hostile archives: ${what} is refused`, () => {
    const bytes = Buffer.from(JSON.stringify({ ...manifest, ...(change as object) }))
    assert.throws(() => readManifest(bytes), { code: 'archive-invalid', message })
  })

test('hostile archives: what a later writer needs is refused by name', () => {
  const read = (more: object) => () => readManifest(Buffer.from(JSON.stringify({ ...manifest, ...more })))
  const newer = (message: string) => ({ code: 'archive-newer', message })
  assert.throws(
    read({ version: 3 }),
    newer('The archive has format version 3; this program reads up to version 2'),
  )
  assert.throws(
    read({ version: 3, needs: ['key-ranges', 'column-types', 'large files'], tree: 'in another form' }),
    newer(
      'The archive has format version 3 and needs "key-ranges", "large files"; this program reads up to version 2',
    ),
  )
  assert.throws(
    read({ version: 2, needs: ['column-types', 'key-ranges'], ranges: [] }),
    newer('The archive needs "key-ranges", which this program does not know'),
  )
  for (const wrong of [
    { version: 2, needs: [7] },
    { version: 2, needs: [] },
    { version: 2 },
    { needs: ['key-ranges'] },
  ])
    assert.throws(read(wrong), { code: 'archive-invalid' })
})

test('a manifest is of version 1 unless it needs more, and says what it needs', () => {
  const [first, second] = manifest.pieces
  assert.ok(first && second)
  const written = (more: object) => {
    const pieces = [{ ...first, entries: [{ ...entry, ...more }] }, second]
    const bytes = writeManifest({ ...manifest, pieces })
    assert.deepEqual(writeManifest(readManifest(bytes)), bytes)
    const { version, needs } = JSON.parse(Buffer.from(bytes).toString()) as {
      version: number
      needs?: unknown
    }
    return [version, needs]
  }
  assert.deepEqual(written({}), [1, undefined])
  assert.deepEqual(written({ types: ['uuid', 'text'] }), [2, ['column-types']])
  assert.deepEqual(written({ recordBytes: 300_000_000 }), [2, ['record-bytes']])
  assert.deepEqual(written({ types: [], recordBytes: 1 }), [2, ['column-types', 'record-bytes']])
  const text = Buffer.from(
    writeManifest({ ...manifest, pieces: [{ ...first, entries: [{ ...entry, types: ['int4'] }] }] }),
  ).toString()
  for (const needs of ['"record-bytes"', '"column-types", "record-bytes"'])
    assert.throws(() => readManifest(Buffer.from(text.replace('"column-types"', needs))), {
      code: 'archive-invalid',
      message: /it needs column-types and says/,
    })
})

test('hostile archives: a tree that is nested without end is refused', () => {
  for (const depth of [40, 100_000]) {
    const open = Array.from({ length: depth }, (_, i) => `{"kind":"k","id":"${i}","children":[`).join('')
    const text = `{"format":"piecework-archive","version":1,"tree":${open}${']}'.repeat(depth)},"pieces":[]}`
    assert.throws(() => readManifest(Buffer.from(text)), { code: 'archive-invalid' })
  }
})

test('hostile archives: arbitrary bytes are refused', () => {
  const property = fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
    assert.throws(() => readManifest(bytes), { code: 'archive-invalid' })
  })
  const texts = ['', '{}', '[]', 'null', '"', JSON.stringify({ format: 'piecework-archive', version: 1 })]
  const examples = texts.map((text): [Uint8Array] => [Buffer.from(text)])
  fc.assert(property, { numRuns: 300, examples })
})

test.run()
