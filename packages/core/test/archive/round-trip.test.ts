import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { memoryArtifacts } from '@piecework/core'
import { artifactSource, fileSource, openArchive, readManifest } from '@piecework/core/archive'
import { skipUnless } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { about, archive, bytesOf, type Content } from './support.js'

const test = suite('archives')

const segment = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), minLength: 1, maxLength: 6 })
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.integer({ min: 0, max: 600_000 }).map((size) => Buffer.alloc(size, 'id,name\n')),
)
const files = fc
  .uniqueArray(fc.tuple(path, bytes), { maxLength: 4, selector: ([one]) => one.split('/')[0]?.toLowerCase() })
  .map((pairs) => Object.fromEntries(pairs))
const content = fc
  .record({ id: fc.string({ minLength: 1 }), child: fc.string({ minLength: 1 }), own: files, below: files })
  .map(
    ({ id, child, own, below }): Content => ({
      tree: { kind: 'project', id, children: [{ kind: 'scenario', id: child, children: [] }] },
      pieces: [
        { resource: { kind: 'project', id }, name: 'project/one', entries: own },
        { resource: { kind: 'scenario', id: child }, name: 'scenario/one', entries: below },
      ],
    }),
  )

/**
 * Ids that are no names of folders, and entries of no, one and many bytes, that deflate to nothing or not at
 * all.
 */
const odd: Content = {
  tree: { kind: 'project', id: '../P%2F', children: [{ kind: 'scenario', id: ' /é', children: [] }] },
  pieces: [
    { resource: { kind: 'project', id: '../P%2F' }, name: 'project/one', entries: {} },
    {
      resource: { kind: 'scenario', id: ' /é' },
      name: 'scenario/one',
      entries: {
        'X-_/y/z': '',
        a: 'a',
        flat: Buffer.alloc(600_000, 'id,name\n'),
        noise: Buffer.from(
          Uint32Array.from({ length: 40_000 }, (_, at) => Math.imul(at, 2_654_435_761)).buffer,
        ),
      },
    },
  ],
}

test('what is archived is read again, several entries at once', async () => {
  const property = fc.asyncProperty(content, async (given) => {
    const made = await archive(given)
    const opened = await openArchive(await artifactSource(made.artifacts, made.key), {
      entryRatio: 1100,
      totalRatio: 1100,
    })
    assert.equal(opened.digest, made.digest)
    assert.deepEqual(opened.about, about)
    assert.deepEqual(opened.manifest.tree, given.tree)
    for (const { resource, name, entries: expected } of given.pieces) {
      const entries = opened.entries({ resource, name })
      assert.deepEqual(entries.paths, Object.keys(expected).sort())
      const read = await Promise.all(
        entries.paths.map(async (one) => [one, await bytesOf(entries.open(one))] as const),
      )
      for (const [one, found] of read) {
        assert.ok(found.equals(Buffer.from(expected[one] ?? '')))
        assert.equal(entries.facts(one)?.size, found.length)
      }
    }
    for await (const { error } of opened.verify()) assert.equal(error, undefined)
  })
  const examples = [[odd], [sample]] satisfies [Content][]
  await fc.assert(property, { numRuns: 60, examples })
})

test('archives whose stores are slow hold up no other one', async () => {
  const whole = memoryArtifacts()
  let begun = 0
  const put: typeof whole.put = async (key, bytes) => {
    if (!key.startsWith('archives/')) return whole.put(key, bytes)
    begun += 1
    // It takes the first bytes and then none.
    await bytes[Symbol.asyncIterator]().next()
    return new Promise(() => {})
  }
  const slow = Array.from({ length: 2 * availableParallelism() }, () =>
    archive(large, 1000, { ...whole, put }),
  )
  while (begun < slow.length) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.ok((await archive(sample)).bytes.length > 0)
})

test('reproducible: equal content has equal digest and bytes, however it comes', async () => {
  const property = fc.asyncProperty(content, fc.integer({ min: 500, max: 300_000 }), async (given, step) => {
    const [one, other] = [await archive(given), await archive(given, step)]
    assert.equal(one.digest, other.digest)
    assert.ok(one.bytes.equals(other.bytes))
  })
  const examples = [500, 300_000].map((step): [Content, number] => [odd, step])
  await fc.assert(property, { numRuns: 30, examples })
})

/** More than streams hold on to. */
const large: Content = {
  tree: { kind: 'project', id: 'P', children: [] },
  pieces: [
    {
      resource: { kind: 'project', id: 'P' },
      name: 'project/one',
      entries: { noise: randomBytes(2_000_000) },
    },
  ],
}

const sample: Content = {
  tree: { kind: 'project', id: 'P 1', children: [{ kind: 'scenario', id: 's-1', children: [] }] },
  pieces: [
    {
      resource: { kind: 'project', id: 'P 1' },
      name: 'project/one',
      entries: { 'a.csv': 'a,b\n1,2\n', empty: '', 'deep/er/big.csv': Buffer.alloc(700_000, 'a,b\n1,2\n') },
    },
    { resource: { kind: 'scenario', id: 's-1' }, name: 'scenario/one', entries: { 'x.json': '{}' } },
  ],
}

test('reproducible: the time of making is not in the zip', async () => {
  const { bytes } = await archive(sample)
  // DOS time and date of the first local header: 1980-01-01 00:00.
  assert.equal(bytes.readUInt16LE(10), 0)
  assert.equal(bytes.readUInt16LE(12), (1 << 5) | 1)
})

test('reproducible: other content has another digest', async () => {
  const [first] = sample.pieces
  assert.ok(first)
  const other = { ...sample, pieces: [{ ...first, entries: { 'a.csv': 'a,b\n1,3\n' } }] }
  assert.notEqual((await archive(sample)).digest, (await archive(other)).digest)
})

test('entries stand where the format says', async () => {
  const made = await archive(sample)
  assert.deepEqual(
    [...made.contents.keys()],
    [
      'project/one/a.csv',
      'project/one/deep/er/big.csv',
      'project/one/empty',
      'scenario/s-1/scenario/one/x.json',
    ],
  )
})

const tools = ['unzip', 'python3'].every((tool) => !spawnSync(tool, ['--help']).error)
const testTools = skipUnless(tools, 'unzip or python3 is missing', test)

testTools('unzip and Python accept an archive', async () => {
  const made = await archive(sample)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-zip-'))
  try {
    const file = join(folder, 'one.zip')
    await writeFile(file, made.bytes)
    const { stdout } = await promisify(execFile)('unzip', ['-t', file])
    assert.match(stdout, /No errors detected/)
    const python = 'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist())'
    const found = await promisify(execFile)('python3', ['-c', python, file])
    const names = ['manifest.json', 'about.json', ...made.contents.keys()]
    assert.equal(found.stdout.trim(), `None ${names.join(' ')}`)
    const shown = await promisify(execFile)('unzip', ['-p', file, 'manifest.json'])
    assert.deepEqual(readManifest(Buffer.from(shown.stdout)).tree, sample.tree)
    const opened = await openArchive(await fileSource(file), { totalRatio: 1100, entryRatio: 1100 })
    for await (const { error } of opened.verify()) assert.equal(error, undefined)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.run()
