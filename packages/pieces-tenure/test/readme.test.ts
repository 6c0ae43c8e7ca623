import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exportFiles, tenureHost } from './readme/tenure-host.js'
import { sampleProject } from './support/sample-project.js'
import { tenureDatabase } from './support/tenure-host.js'

const test = needsServer(suite('pieces-tenure: README'))
const root = join(import.meta.dirname, '../..')

test('its example runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-readme-'))
  const { db, close } = await tenureDatabase()
  try {
    const { id } = await sampleProject(db)
    const piecework = await tenureHost(db, folder)
    const names = await exportFiles(piecework, id)
    await piecework.stop()
    assert.equal(names.toSorted(), ['London _2_, Ä-resources.zip', 'London _2_, Ä-shp.zip'])
  } finally {
    await close()
    await rm(folder, { recursive: true })
  }
})

test('its example is this file', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  assert.ok(readme.includes(await readFile(join(root, 'test/readme/tenure-host.ts'), 'utf8')))
})

test.run()
