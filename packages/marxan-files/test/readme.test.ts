import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { totalCost } from './readme/total-cost.js'
import { writeProject } from './readme/write-project.js'

const test = suite('marxan-files: README')
const root = join(import.meta.dirname, '../..')

test('its examples run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-readme-'))
  try {
    await writeProject(folder)
    assert.match(await readFile(join(folder, 'input.dat'), 'utf8'), /^BLM 0\.1$/m)
    for (const name of ['spec.dat', 'puvspr.dat', 'grid.shp']) await writeFile(join(folder, name), '')
    assert.equal(await totalCost(folder), 30)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('its examples are these files', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  for (const name of ['total-cost', 'write-project'])
    assert.ok(readme.includes(await readFile(join(root, 'test/readme', `${name}.ts`), 'utf8')), name)
})

test.run()
