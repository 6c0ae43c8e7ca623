import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importFiles } from './readme/import-files.js'
import { exportFiles, tenureHost } from './readme/tenure-host.js'
import { sampleProject } from './support/sample-project.js'
import { tenureDatabase } from './support/tenure-host.js'

const test = needsServer(suite('pieces-tenure: README'))
const root = join(import.meta.dirname, '../..')

test('its examples run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-readme-'))
  const { db, close } = await tenureDatabase()
  try {
    const { id, organization } = await sampleProject(db)
    const piecework = await tenureHost(db, folder)
    const names = await exportFiles(piecework, id)
    const zip = join(folder, 'shp.zip')
    const job = await piecework.export({
      resource: { kind: 'tenure-project', id },
      outputs: [{ name: 'tenure/shp' }],
      principal: { id: '1' },
    })
    await job.result()
    await writeFile(
      zip,
      (await piecework.download(job.id, { output: 'tenure/shp', principal: { id: '1' } })).bytes,
    )
    const copy = await importFiles(piecework, zip, organization)
    const { rows } = await db.query<{ name: string }>('SELECT name FROM tenure.projects WHERE id = $1', [
      copy,
    ])
    assert.equal(rows, [{ name: 'London, as it came back' }])
    await piecework.stop()
    assert.equal(names.toSorted(), ['London _2_, Ä-resources.zip', 'London _2_, Ä-shp.zip'])
  } finally {
    await close()
    await rm(folder, { recursive: true })
  }
})

test('its examples are these files', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  for (const file of ['tenure-host.ts', 'import-files.ts'])
    assert.ok(readme.includes(await readFile(join(root, 'test/readme', file), 'utf8')), file)
})

test.run()
