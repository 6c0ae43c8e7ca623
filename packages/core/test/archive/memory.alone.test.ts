import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'
import { fileArtifacts, memoryArtifacts } from '@piecework/core'
import {
  artifactSource,
  assembleArchive,
  openArchive,
  stageEntry,
  writeManifest,
} from '@piecework/core/archive'
import { openCsv } from '@piecework/core/piece'
import type { ArtifactStore } from '@piecework/core/store'
import { heldMemory, memoryWatch } from '@piecework/test-support'
import { suite } from 'uvu'
import { bombs, sourceOf } from './bombs.js'
import { about } from './support.js'
import { zipBytes } from './zip-bytes.js'

const test = suite('memory')

const megabyte = 1024 * 1024
const lines = Array.from({ length: 10_000 }, (_, i) => `${(i * 7919) % 10_007},row ${i},${i / 7}\n`)
const block = Buffer.from(lines.join(''))

test('flat memory: an entry of 80 MB is staged, assembled and read in the memory of a small one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'piecework-memory-'))
  try {
    const held = await heldBy(80, fileArtifacts(root))
    assert.ok(held < 8, `${held.toFixed(1)} MB were held`)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

test('the measure sees what is held', async () => {
  const held = await heldBy(50, memoryArtifacts())
  assert.ok(held > 16, `only ${held.toFixed(1)} MB were held`)
})

for (const [what, make] of Object.entries(bombs))
  test(`hostile archives: while a manifest ${what} is refused, hardly anything is held`, async () => {
    const bytes = Buffer.from(make())
    const zip = zipBytes({ entries: [{ path: 'manifest.json', bytes, method: 8 }] })
    const before = heldMemory()
    let most = before
    let isEnded = false
    const looking = (async () => {
      for (let turn = 0; !isEnded; turn++) {
        if (turn % 40 === 0) most = Math.max(most, heldMemory())
        await pause()
      }
    })()
    await openArchive(sourceOf(zip)).then(
      () => assert.fail('It was opened.'),
      () => undefined,
    )
    isEnded = true
    await looking
    const held = (most - before) / megabyte
    assert.ok(held < 40, `${held.toFixed(1)} MB were held`)
  })

test.run()

/** The most that is held while an entry of so many megabytes goes its way, in MB. */
async function heldBy(megabytes: number, artifacts: ArtifactStore): Promise<number> {
  await roundTrip(artifacts, 5)
  const before = heldMemory()
  const watch = memoryWatch(artifacts, 8 * megabyte)
  const read = await roundTrip(watch.artifacts, megabytes)
  assert.ok(read >= megabytes * megabyte)
  assert.ok(watch.moments() >= megabytes / 8, `memory was looked at ${watch.moments()} times only`)
  return (watch.most() - before) / megabyte
}

/** Bytes read back, of the so many megabytes written. */
async function roundTrip(artifacts: ArtifactStore, megabytes: number): Promise<number> {
  const repeats = Math.ceil((megabytes * megabyte) / block.length)
  const bytes = (async function* () {
    yield Buffer.from('id,name,amount\n')
    for (let i = 0; i < repeats; i++) yield block
  })()
  const rows = repeats * lines.length
  const staged = await stageEntry({ artifacts, key: 'staged', path: 'big.csv', bytes, rows: () => rows })
  const node = { resource: { kind: 'project', id: 'p' }, name: 'project/one' }
  const { path, size, sha256 } = staged
  const manifest = writeManifest({
    format: 'piecework-archive',
    version: 1,
    tree: { ...node.resource, children: [] },
    pieces: [{ ...node, version: 1, entries: [{ path, size, sha256, rows }] }],
  })
  const entries = [{ path: 'project/one/big.csv', staged }]
  await assembleArchive({ artifacts, key: 'archive.zip', manifest, about, entries })
  const archive = await openArchive(await artifactSource(artifacts, 'archive.zip'))
  const csv = await openCsv(archive.entries(node).open('big.csv'))
  let read = 0
  for await (const chunk of csv.records) read += chunk.length
  assert.equal(csv.rows(), rows)
  return read
}
