import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { walk } from '../src/tenure/walk.js'

const test = needsServer(suite('example: tenure'))

test('a project goes through its API into every format, to people, and into an equal project', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-tenure-test-'))
  const said: string[] = []
  const databaseUrl = process.env.DATABASE_URL
  try {
    const say = (line: string) => void said.push(line)
    assert.equal(await walk({ folder, parcels: 120, seed: 1, databaseUrl, say }), 0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const text = said.join('\n')
  for (const what of [
    /synthetic project, made up with seed 1/,
    / 0 of them refused/,
    /tenure\/shp: Sample town-shp\.zip/,
    /tenure\/xlsx: /,
    /tenure\/resources: /,
    /tenure\/gpkg: Sample town\.gpkg, [1-9]|LEFT OUT: tenure\/gpkg.*apt-get install gdal-bin/,
    /tenure\/all: /,
    /^Delivered to /m,
    /^Delivered by a link, read with [1-9]\d* bytes$/m,
    /^Mail: The export of tenure-project/m,
    /locations: 123 rows, equal/,
    /files: 25/,
    /Imported as tenure-shp.*\n {2}parties: [1-9]\d* rows, equal\n {2}locations: 123 rows, equal\n {2}relationships: [1-9]\d* rows, equal/,
    /Imported as tenure-xlsx.*\n {2}parties: [1-9]\d* rows, equal\n {2}locations: 123 rows, equal\n {2}relationships: [1-9]\d* rows, equal/,
  ])
    assert.match(text, what)
})

test.run()
