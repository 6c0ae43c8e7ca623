import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'

const test = suite('quick start')
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const lines = (text: string) => text.trimEnd().split('\n').length

test('runs and is as short as the README says', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    file('../src/quick-start.js'),
  ])
  assert.match(stdout, /imported as [0-9a-f-]{36} \{ rows: 2, skipped: 0 \}/)
  assert.ok(lines(await readFile(file('../../src/quick-start.ts'), 'utf8')) <= 20)
  assert.ok(lines(await readFile(file('../../src/minimal-host.ts'), 'utf8')) < 40)
})

test('stands in the README as it is', async () => {
  const readme = await readFile(file('../../../README.md'), 'utf8')
  for (const name of ['quick-start', 'minimal-host']) {
    assert.ok(readme.includes((await readFile(file(`../../src/${name}.ts`), 'utf8')).trim()), `${name}.ts`)
  }
})

test.run()
