import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exportNdvi } from './readme/export-ndvi.js'
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

test('its example is this file', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  assert.ok(readme.includes(await readFile(join(root, 'test/readme/export-ndvi.ts'), 'utf8')))
})

test.run()
