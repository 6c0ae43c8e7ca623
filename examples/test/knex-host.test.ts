import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { suite } from 'uvu'

const test = needsServer(suite('a host with knex'))
const host = fileURLToPath(new URL('../src/knex-host.js', import.meta.url))
let scratch: ScratchDatabase
let dir: string

test.before(async () => {
  scratch = await scratchDatabase()
  dir = await mkdtemp(join(tmpdir(), 'piecework-knex-host-'))
})
test.after(async () => {
  await scratch.drop()
  await rm(dir, { recursive: true, force: true })
})

test('migrates, and exports a project in the transaction that makes it, again and again', async () => {
  for (const _ of [1, 2]) {
    const env = { ...process.env, DATABASE_URL: scratch.url }
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, host], {
      cwd: dir,
      env,
    })
    assert.match(stdout, /^exported \d{3,} bytes$/m)
  }
})

test.run()
