import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'

const test = suite('docs/writing-a-piece.md')
const root = new URL('../../../../', import.meta.url)
const page = await readFile(new URL('docs/writing-a-piece.md', root), 'utf8')
/** Path and code of each block that is a file. */
const blocks = [...page.matchAll(/^`(.+)`\n\n```ts\n([\s\S]*?)```$/gm)]

test('every block of TypeScript is a file as it is', async () => {
  assert.equal(blocks.length, page.match(/^```ts$/gm)?.length)
  for (const [, path, code] of blocks) {
    assert.equal(code, await readFile(new URL(path ?? '', root), 'utf8'), path)
  }
})

test('every file of the example stands on the page', async () => {
  const folder = 'examples/src/writing-a-piece'
  const shown = blocks.map(([, path]) => path)
  for (const name of await readdir(new URL(folder, root)))
    assert.ok(shown.includes(`${folder}/${name}`), name)
})

test('the example prints what the page says', async () => {
  const run = fileURLToPath(new URL('../../src/writing-a-piece/run.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, run])
  assert.ok(page.includes(`\`\`\`\n${stdout}\`\`\``), stdout)
})

test.run()
