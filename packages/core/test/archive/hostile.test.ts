import assert from 'node:assert/strict'
import { deflateRawSync } from 'node:zlib'
import { type Archive, type ArchiveLimits, type ByteSource, openArchive } from '@piecework/core/archive'
import { suite } from 'uvu'
import { bytesOf } from './support.js'
import { type HandmadeEntry, manifestOf, zipBytes } from './zip-bytes.js'

const test = suite('hostile archives')

const content = 'id,name\n1,one\n'
const manifest = manifestOf({ 'a.csv': content })
const a: HandmadeEntry = { path: 'project/x/a.csv', bytes: content }
const node = { resource: { kind: 'project', id: 'p' }, name: 'project/x' }

test('an archive made by hand is read', async () => {
  for (const method of [0, 8]) {
    const archive = await open(zipBytes({ entries: [manifest, { ...a, method }], comment: 'hello' }))
    assert.equal((await bytesOf(archive.entries(node).open('a.csv'))).toString(), content)
    assert.deepEqual(archive.entries({ ...node, name: 'project/y' }).paths, [])
  }
})

interface Refusal {
  readonly code?: string
  readonly message: RegExp
  readonly bytes: Buffer
  readonly limits?: Partial<ArchiveLimits>
}
const good = zipBytes({ entries: [manifest, a] })
const withEntry = (entry: HandmadeEntry): Buffer => zipBytes({ entries: [manifest, a, entry] })
const withChanged = (change: Partial<HandmadeEntry>): Buffer =>
  zipBytes({ entries: [manifest, { ...a, ...change }] })
const withManifest = (change: (json: Record<string, unknown>) => unknown): Buffer => {
  const json = JSON.parse(String(manifest.bytes)) as Record<string, unknown>
  return zipBytes({ entries: [{ ...manifest, bytes: JSON.stringify(change(json)) }, a] })
}
const zeros = (size: number): HandmadeEntry => ({ path: 'project/x/b.csv', bytes: Buffer.alloc(size) })

const refusals: Record<string, Refusal> = {
  nothing: { bytes: Buffer.alloc(0), message: /not a zip file/ },
  'a text': { bytes: Buffer.from('hello, this is not a zip file at all'), message: /not a zip file/ },
  'a truncated zip': { bytes: good.subarray(0, -10), message: /broken or truncated/ },
  'a zip without its beginning': { bytes: good.subarray(10), message: /not a zip file/ },
  'a zip with something before it': {
    bytes: Buffer.concat([good.subarray(0, 4), good]),
    message: /broken or truncated/,
  },
  'a zip with something behind it': {
    bytes: Buffer.concat([good, Buffer.from('more')]),
    message: /broken or truncated/,
  },
  'a zip without a manifest': { bytes: zipBytes({ entries: [a] }), message: /no manifest\.json/ },
  'an encrypted entry': {
    code: 'archive-encrypted',
    bytes: withChanged({ flags: 1 }),
    message: /is encrypted/,
  },
  'a strongly encrypted entry': {
    code: 'archive-encrypted',
    bytes: withChanged({ flags: 0x41 }),
    message: /is encrypted/,
  },
  'an AES entry': { code: 'archive-encrypted', bytes: withChanged({ method: 99 }), message: /is encrypted/ },
  'an unknown compression method': { bytes: withChanged({ method: 12 }), message: /by method 12/ },
  'an unlisted entry': {
    bytes: withEntry({ path: 'project/x/b.csv' }),
    message: /not listed in the manifest/,
  },
  'a missing entry': {
    bytes: zipBytes({ entries: [manifest] }),
    message: /lists .*a\.csv", which is missing/,
  },
  'another size than the manifest says': { bytes: withChanged({ size: 15 }), message: /has 15 bytes where/ },
  'a second entry of the same path': { bytes: withEntry(a), message: /taken by another/ },
  'a path that differs in case only': {
    bytes: withEntry({ ...a, path: 'project/x/A.CSV' }),
    message: /taken by another/,
  },
  'a file below a file': { bytes: withEntry({ path: 'project/x/a.csv/b' }), message: /taken by another/ },
  'a symbolic link': { bytes: withChanged({ attributes: 0xa1ff0000 }), message: /not a regular file/ },
  'a directory by its attributes': {
    bytes: withChanged({ attributes: 0x10 }),
    message: /not a regular file/,
  },
  'a second name in an extra field': {
    bytes: withChanged({ extra: Buffer.from('\x75\x70\x05\x00\x01aaaa', 'latin1') }),
    message: /second name/,
  },
  'fewer entries than there are': {
    bytes: zipBytes({ entries: [manifest, a, { path: 'evil.sh' }], count: 2 }),
    message: /more entries than it says/,
  },
  'more entries than there are': {
    bytes: zipBytes({ entries: [manifest, a], count: 3 }),
    message: /broken or truncated/,
  },
  'entries that share their data': {
    bytes: withEntry({ ...a, path: 'project/x/b.csv', start: 0 }),
    message: /overlaps/,
  },
  'data that reaches into what follows': { bytes: withChanged({ sizeInZip: 500 }), message: /overlaps/ },
  'an entry beyond the end': { bytes: withChanged({ start: 0x7fffffff }), message: /overlaps/ },
  'a manifest that is no JSON': {
    bytes: zipBytes({ entries: [{ path: 'manifest.json', bytes: '{' }, a] }),
    message: /manifest\.json is not JSON/,
  },
  'a manifest of something else': {
    bytes: withManifest((json) => ({ ...json, format: 'other' })),
    message: /manifest\.json is not as it should be: format/,
  },
  'a newer format': {
    code: 'archive-newer',
    bytes: withManifest((json) => ({ ...json, version: 3, more: true })),
    message: /format version 3; this program reads up to version 2/,
  },
  'an unknown property': { bytes: withManifest((json) => ({ ...json, more: true })), message: /more/ },
  'an about.json that is none': {
    bytes: withEntry({ path: 'about.json', bytes: '[]' }),
    message: /about\.json is not as it should be/,
  },
  'a manifest with another checksum': {
    code: 'archive-checksum',
    bytes: zipBytes({ entries: [{ ...manifest, crc32: 1 }, a] }),
    message: /"manifest\.json" is damaged/,
  },
  'too many bytes': {
    code: 'archive-limit',
    bytes: good,
    limits: { archiveBytes: 100 },
    message: /size of the archive/,
  },
  'too many entries': {
    code: 'archive-limit',
    bytes: zipBytes({ entries: [manifest, a], count: 60_000 }),
    limits: { entries: 10 },
    message: /number of entries is 60000/,
  },
  'too large a manifest': {
    code: 'archive-limit',
    bytes: good,
    limits: { manifestBytes: 9 },
    message: /manifest/,
  },
  'too large an entry': {
    code: 'archive-limit',
    bytes: good,
    limits: { entryBytes: 9 },
    message: /size of entry/,
  },
  'too large a sum': {
    code: 'archive-limit',
    bytes: good,
    limits: { totalBytes: 400 },
    message: /all entries/,
  },
  'too long a path': {
    code: 'archive-limit',
    bytes: good,
    limits: { pathLength: 14 },
    message: /length of a path/,
  },
  'an entry that swells too much': {
    code: 'archive-limit',
    bytes: withEntry(zeros(100_000)),
    limits: { ratioFreeBytes: 50_000, entryRatio: 100 },
    message: /compression ratio of entry/,
  },
  'an archive that swells too much': {
    code: 'archive-limit',
    bytes: withEntry(zeros(100_000)),
    limits: { ratioFreeBytes: 50_000, entryRatio: 2000 },
    message: /compression ratio of the archive/,
  },
}
for (const [what, { bytes, limits, code = 'archive-invalid', message }] of Object.entries(refusals))
  test(`hostile archives: ${what} is refused`, async () => {
    await assert.rejects(open(bytes, limits), { name: 'PieceworkError', code, message })
  })

const paths = {
  '../a': /leaves its folder/,
  'x/../../a': /leaves its folder/,
  './a': /leaves its folder/,
  'x//a': /leaves its folder/,
  '/etc/passwd': /is absolute/,
  'C:/a': /is absolute/,
  'c:a': /is absolute/,
  'x\\a': /has a backslash/,
  'x/a\0.csv': /has a NUL byte/,
  'x/': /is a directory/,
  '': /leaves its folder/,
  'x/a b': /has characters other than/,
  'x/ä': /has characters other than/,
}
for (const [path, message] of Object.entries(paths))
  test(`hostile archives: the path ${JSON.stringify(path)} is refused`, async () => {
    await assert.rejects(open(withEntry({ path })), { code: 'archive-invalid', message })
  })

const late: Record<string, Refusal> = {
  'other bytes of the same size': {
    code: 'archive-checksum',
    bytes: withChanged({ bytes: content.replace('one', 'two') }),
    message: /its sha256 is not/,
  },
  'its CRC-32 is not': {
    code: 'archive-checksum',
    bytes: withChanged({ crc32: 1 }),
    message: /its CRC-32 is not/,
  },
  'more bytes than declared': {
    code: 'archive-checksum',
    bytes: withChanged({ data: deflateRawSync(Buffer.alloc(10_000_000)) }),
    message: /has more than its 14 bytes/,
  },
  'fewer bytes than declared': {
    code: 'archive-checksum',
    bytes: withChanged({ data: deflateRawSync('id') }),
    message: /has 2 of its 14 bytes/,
  },
  'data that cannot be inflated': {
    bytes: withChanged({ data: Buffer.from('nonsense') }),
    message: /inflated/,
  },
  'a deflate stream that ends early': {
    bytes: withChanged({ data: deflateRawSync(content).subarray(0, -3) }),
    message: /cannot be inflated/,
  },
  'a local header of another path': {
    bytes: withChanged({ localPath: 'project/x/b.csv' }),
    message: /differs/,
  },
  'a local header that reaches into what follows': {
    bytes: withChanged({ localExtraLength: 60_000 }),
    message: /overlaps/,
  },
}
for (const [what, { bytes, code = 'archive-invalid', message }] of Object.entries(late))
  test(`hostile archives: ${what} is found out while reading`, async () => {
    const archive = await open(bytes)
    await assert.rejects(bytesOf(archive.entries(node).open('a.csv')), { code, message })
    const [verdict] = await verdicts(archive)
    assert.equal(verdict?.path, 'project/x/a.csv')
    assert.equal(verdict?.error?.code, code)
  })

test('hostile archives: opening reads no data', async () => {
  const big = Buffer.alloc(3_000_000, 'x,1\n')
  const read: [start: number, end: number][] = []
  const bytes = zipBytes({
    entries: [manifestOf({ 'b.csv': big.toString() }), { path: 'project/x/b.csv', bytes: big, method: 0 }],
  })
  const source = sourceOf(bytes)
  await openArchive({
    size: source.size,
    read: (range) => {
      read.push([range.start, range.end])
      return source.read(range)
    },
  })
  const most = read.reduce((sum, [start, end]) => sum + end - start, 0)
  assert.ok(most < 500_000, `${most} bytes were read`)
})

test('a closed archive is not read any more', async () => {
  const archive = await open(good)
  const entries = archive.entries(node)
  await archive.close()
  await assert.rejects(bytesOf(entries.open('a.csv')), /closed/)
})

test.run()

function open(bytes: Buffer, limits?: Partial<ArchiveLimits>): Promise<Archive> {
  return openArchive(sourceOf(bytes), limits)
}

function sourceOf(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: async function* ({ start, end }) {
      for (let at = start; at < end; at += 10_000) yield bytes.subarray(at, Math.min(end, at + 10_000))
    },
  }
}

async function verdicts(archive: Archive) {
  const all = []
  for await (const verdict of archive.verify()) all.push(verdict)
  return all
}
