import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type ArtifactStore, memoryArtifacts } from '@piecework/core'
import { assembleArchive, stagedEntries, stageEntry, writeManifest } from '@piecework/core/archive'
import { entriesOf, type StagedEntry, uploadEntries } from '@piecework/core/piece'
import { suite } from 'uvu'
import { z } from 'zod'
import { about, bytesOf, chunks } from './support.js'

const test = suite('entries')

const file = (path: string, content: string, rows?: number) => ({
  path,
  facts: { size: Buffer.byteLength(content), ...(rows !== undefined && { rows }) },
  open: () => chunks(content),
})
const person = z.object({ name: z.string(), tags: z.array(z.string()) })

test('a document is parsed and validated; a fault is one sentence', async () => {
  const entries = entriesOf([
    file('b.json', '{"name":"ann","tags":["x"]}'),
    file('a.json', '{"name":"ann","tags":["x",1]}'),
    file('c.json', '{'),
  ])
  assert.deepEqual(entries.paths, ['a.json', 'b.json', 'c.json'])
  assert.deepEqual(await entries.json('b.json', person), { name: 'ann', tags: ['x'] })
  await assert.rejects(entries.json('a.json', person), {
    code: 'archive-invalid',
    message: /"a\.json".*tags\.1: /,
  })
  await assert.rejects(entries.json('c.json', person), {
    code: 'archive-invalid',
    message: /"c\.json" is not JSON/,
  })
  assert.throws(() => entries.open('d.json'), { code: 'archive-invalid', message: /no entry "d\.json"/ })
})

test('hostile archives: a document beyond the limit is refused before it is read', async () => {
  const huge = { path: 'a.json', facts: { size: 70_000_000 }, open: () => assert.fail('it was opened') }
  await assert.rejects(entriesOf([huge]).json('a.json', person), { code: 'archive-limit' })
})

test('honest counts: rows read are the rows stated', async () => {
  const entries = entriesOf([
    file('a.csv', 'x\n1\n2\n', 2),
    file('b.csv', 'x\n1\n2\n', 3),
    file('c.csv', 'x\n"'),
  ])
  const rows = []
  for await (const batch of entries.rows('a.csv')) rows.push(...batch)
  assert.deepEqual(rows, [{ x: '1' }, { x: '2' }])
  await assert.rejects(drained(entries.rows('b.csv')), { code: 'counts-differ' })
  await assert.rejects(drained(entries.rows('c.csv')), {
    code: 'archive-invalid',
    message: /"c\.csv": Record 2/,
  })
})

test('uploads are entries by role, with ranges', async () => {
  const artifacts = memoryArtifacts()
  await artifacts.put('uploads/1', chunks('0123456789'))
  const upload = {
    id: '0',
    role: 'pu.dat',
    size: 10,
    artifact: 'uploads/1',
    fileName: 'My PU.dat',
    metadata: { idAttribute: 'FID' },
  }
  const entries = await uploadEntries([upload], artifacts)
  assert.deepEqual(entries.facts('pu.dat'), { size: 10, metadata: upload.metadata })
  assert.equal((await bytesOf(entries.open('pu.dat', { start: 2, end: 5 }))).toString(), '234')
  await assert.rejects(uploadEntries([{ ...upload, artifact: 'gone' }], artifacts), {
    code: 'artifact-not-found',
    message: /My PU\.dat/,
  })
})

test('staged bytes are one deflate stream, equal however the content comes', async () => {
  const artifacts = memoryArtifacts()
  const whole = 256 * 1024
  for (const size of [0, 1, whole - 1, whole, whole + 1, 3 * whole, 5 * whole + 7]) {
    const content = Buffer.concat([randomBytes(size >> 1), Buffer.alloc(size - (size >> 1), 'abc')])
    const staged = await Promise.all(
      [1000, 77_777, 10_000_000].map((step) =>
        stageEntry({ artifacts, key: `k/${step}`, path: 'a', bytes: chunks(content, step), rows: () => 7 }),
      ),
    )
    const deflated = await Promise.all(staged.map(({ artifact }) => bytesOf(artifacts.open(artifact))))
    for (const [index, bytes] of deflated.entries()) {
      assert.ok(bytes.equals(deflated[0] as Buffer))
      assert.ok(inflateRawSync(bytes).equals(content))
      assert.equal(staged[index]?.deflatedSize, bytes.length)
      assert.equal(staged[index]?.size, size)
    }
    assert.ok((await bytesOf(stagedEntries(artifacts, staged.slice(0, 1)).open('a'))).equals(content))
    assert.deepEqual(stagedEntries(artifacts, staged).facts('a'), { size, rows: 7 })
  }
})

test('content where little repeats, and then all: one deflate stream, about as short as one way throughout', async () => {
  const artifacts = memoryArtifacts()
  const group = 8 * 256 * 1024
  const ids = Buffer.from(randomBytes(group / 2 + 1000).toString('hex'))
  const texts = Buffer.from(Array.from({ length: group / 16 }, (_, at) => `${at},parcel,active\n`).join(''))
  for (const content of [ids, texts, Buffer.concat([ids, texts, ids])]) {
    const staged = await Promise.all(
      [10_000, 10_000_000].map((step) =>
        stageEntry({ artifacts, key: `k/${step}`, path: 'a', bytes: chunks(content, step) }),
      ),
    )
    const [bytes, again] = await Promise.all(staged.map(({ artifact }) => bytesOf(artifacts.open(artifact))))
    assert.ok(bytes?.equals(again as Buffer))
    assert.ok(inflateRawSync(bytes as Buffer).equals(content))
    const oneWay = deflateRawSync(content, { level: 1 }).length
    assert.ok((bytes?.length ?? 0) <= 1.2 * oneWay, `${bytes?.length} and ${oneWay}`)
  }
})

test('staged entries are checked while they are read, and have no ranges', async () => {
  const artifacts = memoryArtifacts()
  const staged = await stageEntry({ artifacts, key: 'k', path: 'a', bytes: chunks('hello') })
  const other = await stageEntry({ artifacts, key: 'o', path: 'a', bytes: chunks('world') })
  const mixed: StagedEntry = { ...staged, artifact: other.artifact }
  await assert.rejects(bytesOf(stagedEntries(artifacts, [mixed]).open('a')), { code: 'archive-checksum' })
  assert.throws(() => stagedEntries(artifacts, [staged]).open('a', { start: 0, end: 1 }), {
    code: 'unsupported',
  })
})

test('nothing half-made: an export that fails or is aborted stages nothing', async () => {
  const artifacts = memoryArtifacts()
  const abort = new AbortController()
  const endless = (async function* () {
    for (let i = 0; ; i++) {
      if (i === 100) abort.abort(new Error('enough'))
      yield Buffer.alloc(10_000)
    }
  })()
  const entry = { artifacts, key: 'k', path: 'a', bytes: endless, signal: abort.signal }
  await assert.rejects(stageEntry(entry), /enough/)
  assert.equal(await artifacts.stat('k'), undefined)
})

test('assembly refuses entries that are not the manifest’s or have changed, and leaves nothing', async () => {
  const artifacts = memoryArtifacts()
  const staged = await stageEntry({ artifacts, key: 's', path: 'a', bytes: chunks(randomBytes(3_000_000)) })
  const resource = { kind: 'project', id: 'p' }
  const { path, size, sha256 } = staged
  const manifest = writeManifest({
    format: 'piecework-archive',
    version: 1,
    tree: { ...resource, children: [] },
    pieces: [{ resource, name: 'project/x', version: 1, entries: [{ path, size, sha256 }] }],
  })
  const entries = [{ path: 'project/x/a', staged }]
  const assembly = { artifacts, key: 'archive.zip', manifest, about, entries }
  await assert.rejects(assembleArchive({ ...assembly, entries: [] }), { code: 'internal' })
  await assert.rejects(assembleArchive({ ...assembly, entries: [{ path: 'project/x/b', staged }] }), {
    code: 'internal',
  })
  for (const after of [0, 1, 1_000_000])
    await assert.rejects(
      assembleArchive({ ...assembly, artifacts: refusing(artifacts, after) }),
      /disk is full/,
    )
  await assert.rejects(
    assembleArchive({ ...assembly, signal: AbortSignal.abort(new Error('enough')) }),
    /enough/,
  )
  await artifacts.put('s', chunks('other'.repeat(10)))
  await assert.rejects(assembleArchive(assembly), { code: 'archive-checksum' })
  await artifacts.delete('s')
  await assert.rejects(assembleArchive(assembly), { code: 'artifact-not-found' })
  assert.equal(await artifacts.stat('archive.zip'), undefined)
})

test.run()

/** Its puts fail when so many bytes have come. */
const refusing = (artifacts: ArtifactStore, after: number): ArtifactStore => ({
  ...artifacts,
  put: async (_, bytes) => {
    let room = after
    for await (const chunk of after > 0 ? bytes : []) {
      room -= chunk.length
      if (room < 0) break
    }
    throw new Error('disk is full')
  },
})

async function drained(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches);
}
