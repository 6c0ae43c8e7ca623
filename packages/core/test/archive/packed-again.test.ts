import assert from 'node:assert/strict'
import { openArchive } from '@piecework/core/archive'
import { suite } from 'uvu'
import { archive, bytesOf } from './support.js'
import { type HandmadeEntry, zipBytes } from './zip-bytes.js'

const test = suite('archives that were packed again')

const tree = { kind: 'project', id: 'p', children: [{ kind: 'scenario', id: 's', children: [] }] }
const piece = { resource: { kind: 'project', id: 'p' }, name: 'project/x' }
const made = await archive({
  tree,
  pieces: [
    { ...piece, entries: { 'a.csv': 'n\n1\n', 'b.csv': 'n\n2\n' } },
    { resource: { kind: 'scenario', id: 's' }, name: 'scenario/y', entries: { 'c.json': '{}' } },
  ],
})
const original = await openArchive(sourceOf(made.bytes))
const manifest: HandmadeEntry = { path: 'manifest.json', bytes: await manifestBytes() }
const files = [...made.contents].map(([path, bytes]) => ({ path, bytes }))

function sourceOf(bytes: Buffer) {
  return {
    size: bytes.length,
    read: async function* ({ start, end }: { readonly start: number; readonly end: number }) {
      yield bytes.subarray(start, end)
    },
  }
}

/** The first entry is stored, so that its bytes stand in the zip as they are. */
async function manifestBytes(): Promise<Buffer> {
  const start = made.bytes.indexOf('{')
  const end = made.bytes.indexOf('PK\x03\x04', start)
  const text = made.bytes.subarray(start, end).toString('utf8')
  return Buffer.from(text.slice(0, text.lastIndexOf('}\n') + 2))
}

const folder = (path: string): HandmadeEntry => ({ path, bytes: Buffer.alloc(0) })
const within = (prefix: string, entries: readonly HandmadeEntry[]): HandmadeEntry[] =>
  entries.map((entry) => ({ ...entry, path: `${prefix}${entry.path}` }))

const all = [manifest, ...files]
const folders = [...new Set(files.flatMap(({ path }) => ancestors(path)))].map(folder)

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)
}

const taken: Record<string, readonly HandmadeEntry[]> = {
  'with entries for its folders': [...folders, ...all],
  'in another order': [...all].reverse(),
  'with a folder around it': within('My archive (2)/', [...folders, ...all]),
  'with what systems leave behind': [
    ...all,
    ...folders,
    folder('__MACOSX/'),
    { path: '__MACOSX/project/x/._a.csv', bytes: 'x' },
    { path: '.DS_Store', bytes: 'x' },
    { path: 'project/.DS_Store', bytes: 'x' },
    { path: 'project/x/Thumbs.db', bytes: 'x' },
    { path: 'desktop.ini', bytes: 'x' },
  ],
  'with a folder around it, and what systems leave beside that': [
    ...within('archive/', [...all, { path: '.DS_Store', bytes: 'x' }]),
    { path: '__MACOSX/._archive', bytes: 'x' },
  ],
}

for (const [what, entries] of Object.entries(taken))
  test(`an archive that was packed again, ${what}, is read`, async () => {
    const again = await openArchive(sourceOf(zipBytes({ entries: [...entries] })))
    assert.equal(again.digest, original.digest)
    for await (const { path, error } of again.verify()) assert.equal(error, undefined, path)
    assert.equal(String(await bytesOf(again.entries(piece).open('b.csv'))), 'n\n2\n')
  })

const refused: Record<string, readonly [readonly HandmadeEntry[], RegExp]> = {
  'with another file': [
    [...all, { path: 'notes.txt', bytes: 'x' }],
    /"notes\.txt" is not listed.*pack manifest\.json/,
  ],
  'with a file beside the folder around it': [
    [...within('archive/', all), { path: 'notes.txt', bytes: 'x' }],
    /no manifest\.json; .*pack manifest\.json/,
  ],
  'with two folders around it': [within('a/b/', all), /no manifest\.json/],
  'in a folder that leads out of itself': [within('../', all), /leaves its folder|no manifest\.json/],
  'with a folder that holds something': [[...all, { path: 'project/', bytes: 'x' }], /is a directory/],
  'with a folder that nothing is in': [[...all, folder('empty/')], /is a directory/],
  'in part': [[manifest, ...files.slice(1)], /which is missing/],
}

for (const [what, [entries, message]] of Object.entries(refused))
  test(`hostile archives: packed again ${what}, it is refused`, async () => {
    await assert.rejects(openArchive(sourceOf(zipBytes({ entries: [...entries] }))), {
      code: 'archive-invalid',
      message,
    })
  })

test.run()
