import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsGdal, needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { walk } from '../src/imagery/walk.js'

const test = needsGdal(needsServer(suite('example: imagery')))

test('three exports, with their estimates and quick looks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-imagery-'))
  const said: string[] = []
  try {
    const failed = await walk({
      folder,
      databaseUrl: process.env.DATABASE_URL,
      say: (line) => said.push(line),
    })
    assert.is(failed, 0, said.join('\n'))
    const all = said.join('\n')
    assert.match(all, 'lake-rgb: 65536 pixels')
    assert.match(all, 'gdalinfo: Size is 791, 718')
    assert.match(all, 'lake-ndvi-quick-look.png')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.run()
