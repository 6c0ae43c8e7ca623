import assert from 'node:assert/strict'
import { isPieceworkError, memoryArtifacts } from '@piecework/core'
import {
  assembleArchive,
  entryPath,
  type Manifest,
  openArchive,
  readManifest,
  stageEntry,
  writeManifest,
} from '@piecework/core/archive'
import { suite } from 'uvu'
import { about, bytesOf, chunks } from './support.js'

const test = suite('archive: tables in parts')

const tree = { kind: 'book', id: '1', children: [] }
const node = { resource: { kind: 'book', id: '1' }, name: 'sample/pages' }

/** An archive of one piece whose entries come in small chunks. */
async function archived(
  files: Readonly<Record<string, string>>,
  parts: number,
  types: readonly string[][] = [],
) {
  const artifacts = memoryArtifacts()
  const staged = await Promise.all(
    Object.entries(files).map(([path, text], at) =>
      stageEntry({
        artifacts,
        key: `staged/${at}`,
        path,
        bytes: chunks(text),
        rows: () => text.split('\n').length - 2,
        ...(types[at] && { types: types[at] }),
      }),
    ),
  )
  const manifest: Manifest = {
    format: 'piecework-archive',
    version: 1,
    tree,
    pieces: [
      {
        ...node,
        version: 1,
        parts,
        entries: staged.map(({ path, size, sha256, rows, types: own }) => ({
          path,
          size,
          sha256,
          ...(rows !== undefined && { rows }),
          ...(own && { types: own }),
        })),
      },
    ],
  }
  const key = 'one.zip'
  await assembleArchive({
    artifacts,
    key,
    manifest: writeManifest(manifest),
    about,
    entries: staged.map((entry) => ({ path: entryPath(tree, node, entry.path), staged: entry })),
  })
  const zip = await bytesOf(artifacts.open(key))
  return openArchive({ size: zip.length, read: ({ start, end }) => chunks(zip.subarray(start, end), 7) })
}

const entries = async (...given: Parameters<typeof archived>) => (await archived(...given)).entries(node)

test('tables are read as one, in the order of their parts, whichever of them are there', async () => {
  const read = await entries(
    {
      'notes/000002.csv': 'a\n12\n',
      'pages/000001.csv': '"a,""b",c\n1,2\n',
      'pages/000002.csv': '"a,""b",c\n',
      'pages/000010.csv': '"a,""b",c\n3,4\n5,6\n',
    },
    10,
  )
  assert.deepEqual(read.paths, ['notes.csv', 'pages.csv'])
  assert.equal((await bytesOf(read.open('pages.csv'))).toString(), '"a,""b",c\n1,2\n3,4\n5,6\n')
  const { rows, parts } = read.facts('pages.csv') ?? {}
  assert.deepEqual([rows, parts], [3, 3])
  const found: unknown[] = []
  for await (const batch of read.rows('pages.csv')) found.push(...batch)
  assert.deepEqual(
    found.map((row) => Object.values(row as object)),
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
  )
  assert.throws(() => read.open('pages.csv', { start: 0, end: 1 }), /ranges of it cannot be read/)
})

test('some parts of a table are read by themselves, counted and with a header', async () => {
  const { part, ...read } = await entries(
    { 'pages/000001.csv': 'a\n1\n', 'pages/000004.csv': 'a\n2\n3\n', 'pages/000007.csv': 'a\n4\n' },
    7,
  )
  if (!part) assert.fail('parts cannot be told apart')
  for (const [first, last, text, rows] of [
    [2, undefined, 'a\n2\n3\n', 2],
    [2, 3, 'a\n2\n3\n4\n', 3],
    [1, 3, 'a\n1\n2\n3\n4\n', 4],
  ] as const) {
    const own = part('pages.csv', first, last)
    assert.deepEqual([own.paths, own.facts('pages.csv')?.rows], [['pages.csv'], rows])
    assert.equal((await bytesOf(own.open('pages.csv'))).toString(), text)
  }
  for (const [first, last] of [
    [0, 1],
    [3, 4],
    [4, 4],
    [2, 1],
    [-1, 1],
  ] as const)
    assert.throws(() => part('pages.csv', first, last), /no parts/)
  assert.equal(read.facts('pages.csv')?.parts, 3)
})

const broken: Record<string, [given: Parameters<typeof archived>, message: RegExp]> = {
  'a part with another header': [
    [{ 'pages/000001.csv': 'a,b\n1,2\n', 'pages/000002.csv': 'b,a\n2,1\n' }, 2],
    /000002.csv" has another header/,
  ],
  'a part whose columns have other types': [
    [{ 'pages/000001.csv': 'a\n1\n', 'pages/000002.csv': 'a\n2\n' }, 2, [['text'], ['int4']]],
    /other types/,
  ],
  'a part beyond the last': [[{ 'pages/000003.csv': 'a\n1\n' }, 2], /has 2 parts/],
  'a part 0': [[{ 'pages/000000.csv': 'a\n1\n' }, 2], /has 2 parts/],
  'a table that is no part': [[{ 'pages.csv': 'a\n1\n' }, 2], /has 2 parts/],
}

for (const [what, [given, message]] of Object.entries(broken)) {
  test(`hostile archives: ${what} is refused`, async () => {
    const read = async () => {
      await bytesOf((await entries(...given)).open('pages.csv'))
    }
    await assert.rejects(
      read(),
      (error: Error) => isPieceworkError(error, 'archive-invalid') && message.test(error.message),
    )
  })
}

test('a reader that does not know parts is told that it needs them', () => {
  const manifest: Manifest = {
    format: 'piecework-archive',
    version: 1,
    tree,
    pieces: [{ ...node, version: 1, parts: 1, entries: [] }],
  }
  const text = Buffer.from(writeManifest(manifest)).toString()
  const needs = /"needs": \[\s+"parts"\s+\],/
  assert.match(text, needs)
  const without = text.replace(needs, '').replace('"version": 2', '"version": 1')
  assert.throws(() => readManifest(Buffer.from(without)), /it needs parts and says nothing/)
})

test.run()
