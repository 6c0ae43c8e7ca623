import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { readParcels } from './readme/read-parcels.js'
import { writeParcels } from './readme/write-parcels.js'

const test = suite('vector-files: README')
const root = join(import.meta.dirname, '../..')

test('its examples run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-readme-'))
  try {
    const path = join(folder, 'parcels.zip')
    await writeParcels(path)
    const [parcel, ...others] = await readParcels(path)
    assert.match(parcel ?? '', /^1 Ana 01030000/)
    assert.deepEqual(others, [])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('its examples are these files', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  for (const name of ['read-parcels', 'write-parcels'])
    assert.ok(readme.includes(await readFile(join(root, 'test/readme', `${name}.ts`), 'utf8')), name)
})

test.run()
