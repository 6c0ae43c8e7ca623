import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsGdal, needsServer, skipUnless } from '@piecework/test-support'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { walk } from '../src/imagery/walk.js'

const test = needsGdal(needsServer(suite('example: imagery')))
const samples = join(sampleFolder, 'imagery')
const sampleTest = skipUnless(
  existsSync(samples),
  'the sample scenes are missing',
  needsGdal(needsServer(suite('example: imagery, of samples'))),
)

async function walked(scenes?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-imagery-'))
  const said: string[] = []
  try {
    const failed = await walk({
      folder,
      scenes,
      databaseUrl: process.env.DATABASE_URL,
      say: (line) => said.push(line),
    })
    assert.is(failed, 0, said.join('\n'))
    const all = said.join('\n')
    assert.match(all, 'lake-rgb: 65536 pixels')
    assert.match(all, 'lake-ndvi-quick-look.png')
    return all
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('three exports of scenes that are made up, with their estimates and quick looks', async () => {
  assert.match(await walked(), 'gdalinfo: Size is 400, 360')
})

sampleTest('the same of the sample scenes', async () => {
  assert.match(await walked(samples), 'gdalinfo: Size is 791, 718')
})

test.run()
sampleTest.run()
