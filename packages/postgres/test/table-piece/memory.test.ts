import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { suite } from 'uvu'

const test = needsServer(suite('memory of table pieces'))

// Of which the filter that finds keys which come twice in a file may take a part: 6 bytes a row, 16 MB at most.
const growthMb = 4

test('flat memory: export, import and clone of 200,000 rows take the memory of 20,000', async () => {
  const small = await heldWith(20_000)
  const large = await heldWith(200_000)
  assert.ok(large - small < growthMb, `from ${small.toFixed(1)} to ${large.toFixed(1)} MB were held`)
})

test.run()

/** The most that a process held, in MB. */
async function heldWith(rows: number): Promise<number> {
  const scratch = await scratchDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'piecework-memory-'))
  try {
    const program = fileURLToPath(new URL('memory-jobs.js', import.meta.url))
    const given = [program, scratch.url, folder, String(rows)]
    const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    assert.equal(code, 0, `the process with ${rows} rows ended badly`)
    return Number(output)
  } finally {
    await scratch.drop()
    await rm(folder, { recursive: true, force: true })
  }
}
