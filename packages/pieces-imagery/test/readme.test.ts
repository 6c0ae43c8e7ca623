import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryArtifacts } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exportNdvi } from './readme/export-ndvi.js'
import { exportLake, imageryHost } from './readme/imagery-host.js'
import { imageryDatabase, sampleProject } from './support/imagery-host.js'
import { lookAt } from './support/look-at.js'
import { withFolder } from './support/rendered.js'
import { aoi, needsScenes, sceneFile } from './support/scenes.js'

const test = needsScenes(suite('pieces-imagery: README'))
const root = join(import.meta.dirname, '../..')

test('its example runs', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'ndvi.tif')
    assert.is(await exportNdvi(sceneFile('landsat-rgbn-256'), aoi('l'), folder, file), 1)
    assert.equal(lookAt(file)[0]?.errors, [])
  }))

const stored = needsScenes(needsServer(suite('pieces-imagery: README, with a database')))

stored('its host runs', () =>
  withFolder(async (folder) => {
    const { db, close } = await imageryDatabase()
    const host = await imageryHost(db, folder, { allows: async () => true })
    try {
      const { id } = await sampleProject(db, memoryArtifacts(), [])
      const size = await exportLake(db, host, id, sceneFile('landsat-rgbn-256'), aoi('l'))
      assert.ok(size > 100_000, `${size}`)
    } finally {
      await host.piecework.stop()
      await close()
    }
  }),
)

test('its examples are these files', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  for (const file of ['export-ndvi.ts', 'imagery-host.ts', 'window-files.ts'])
    assert.ok(readme.includes(await readFile(join(root, 'test/readme', file), 'utf8')), file)
})

test.run()
stored.run()
