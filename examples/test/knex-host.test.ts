import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { suite } from 'uvu'

const test = needsServer(suite('a host on knex'))

test('migrates with knex and exports what its transaction has made, and does so again', async () => {
  const host = fileURLToPath(new URL('../src/knex-host.js', import.meta.url))
  const cwd = await mkdtemp(join(tmpdir(), 'piecework-knex-host-'))
  const scratch = await scratchDatabase()
  try {
    for (const _ of ['first', 'second']) {
      const { stdout } = await promisify(execFile)(process.execPath, [host, scratch.url], { cwd })
      assert.match(stdout, /^\S+ 2$/m)
    }
  } finally {
    await scratch.drop()
    await rm(cwd, { recursive: true })
  }
})

test.run()
