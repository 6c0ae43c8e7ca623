import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import { makeSample } from '../src/sample/make-sample.js'

const test = suite('a host of Marxan folders')
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
let dir: string

test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'piecework-legacy-host-'))
  await makeSample(dir, { seed: 1, units: 40 })
})
test.after(() => rm(dir, { recursive: true, force: true }))

const run = async () =>
  (
    await promisify(execFile)(process.execPath, [...process.execArgv, file('../src/legacy-host.js'), dir], {
      cwd: dir,
    })
  ).stdout

test('imports a folder, and reports what is wrong with it', async () => {
  assert.match(await run(), /^succeeded [0-9a-f-]{36}$/m)
  await writeFile(join(dir, 'input', 'pu.dat'), 'id,cost\n1,ten\n')
  const output = await run()
  assert.match(output, /^error pu\.dat 2 .*ten/m)
  assert.match(output, /^failed undefined$/m)
})

test('stands in the README as it is', async () => {
  const readme = await readFile(file('../../../packages/pieces-legacy/README.md'), 'utf8')
  const source = await readFile(file('../../src/legacy-host.ts'), 'utf8')
  assert.ok(readme.includes(source.trim()))
})

test.run()
