import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { credentialVault, s3Credential } from '@piecework/delivery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('piecework-rotate'))
const here = fileURLToPath(new URL('../../../', import.meta.url))
const ann = { id: 'ann' }
const secret = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const command = join(here, 'bin/piecework-rotate.js')
    execFile(process.execPath, [command, ...args], { cwd: here }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

test('it seals anew what the module’s vault holds, says what it does, and what no key opens', async () => {
  const scratch = await scratchDatabase({ template: storeTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  // Beside the package: what the module imports is found from there.
  const folder = await mkdtemp(join(here, 'build/rotate-'))
  try {
    const store = postgresStore({ database: fromPg(pool) })
    const [old, next] = [1, 2].map((at) => ({
      id: `k${at}`,
      secret: randomBytes(32).toString('base64'),
    })) as [{ id: string; secret: string }, { id: string; secret: string }]
    const forms = { s3: s3Credential }
    const before = credentialVault({ store, keys: [old], forms })
    const { id } = await before.add({ principal: ann, target: 's3', name: 'Mine', secret })
    const module = async (name: string, keys: readonly object[]): Promise<string> => {
      const path = join(folder, `${name}.mjs`)
      await writeFile(
        path,
        `import pg from 'pg'
         import { fromPg, postgresStore } from '@piecework/postgres'
         import { credentialVault, s3Credential } from '@piecework/delivery'
         const pool = new pg.Pool({ connectionString: ${JSON.stringify(scratch.url)}, max: 1, allowExitOnIdle: true })
         export default () => credentialVault({
           store: postgresStore({ database: fromPg(pool) }),
           keys: ${JSON.stringify(keys)},
           forms: { s3: s3Credential },
         })`,
      )
      return path
    }
    const rotated = await run(await module('both', [next, old]))
    assert.deepEqual([rotated.code, rotated.stderr], [0, ''])
    assert.match(rotated.stdout, /Done: 1 sealed anew\./)
    assert.doesNotMatch(rotated.stdout, /AKID|wJalr/)
    const after = credentialVault({ store, keys: [next], forms })
    assert.deepEqual(await after.open(id, { principal: ann, target: 's3' }), secret)
    const lost = await run(await module('stranger', [old]))
    assert.equal(lost.code, 1)
    assert.ok(lost.stderr.includes(id))
    const none = await run(join(here, 'package.json'))
    assert.equal(none.code, 2)
  } finally {
    await pool.end()
    await rm(folder, { recursive: true })
    await scratch.drop()
  }
})

test('without a module, or with what it does not know, it says how it is used', async () => {
  const help = await run('--help')
  assert.deepEqual([help.code, help.stderr], [0, ''])
  assert.match(help.stdout, /^Usage: piecework-rotate <module>/)
  for (const args of [[], ['a', 'b'], ['--rotate'], ['no-such-file.mjs']]) {
    const { code, stdout, stderr } = await run(...args)
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.ok(stderr.length > 0)
  }
})

test.run()
