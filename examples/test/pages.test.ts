import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'

const test = suite('pages of the docs with programs')
const root = new URL('../../../', import.meta.url)
const shown = new Set<string>()
const folders = ['access', 'outputs', 'parts']

for (const [page, program] of [
  ['outputs', 'outputs/export'],
  ['delivery', 'outputs/deliver'],
  ['parts', 'parts/run'],
  ['access', 'access/run'],
] as const) {
  test(`docs/${page}.md shows files as they are, and what they print`, async () => {
    const text = await readFile(new URL(`docs/${page}.md`, root), 'utf8')
    const blocks = [...text.matchAll(/^`(.+)`\n\n```ts\n([\s\S]*?)```$/gm)]
    assert.equal(blocks.length, text.match(/^```ts$/gm)?.length)
    for (const [, path = '', code] of blocks) {
      assert.equal(code, await readFile(new URL(path, root), 'utf8'), path)
      shown.add(path)
    }
    const run = fileURLToPath(new URL(`../src/${program}.js`, import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [run])
    assert.ok(text.includes(`\`\`\`\n${stdout}\`\`\``), stdout)
  })
}

test('every file of the examples stands on a page', async () => {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const path = `examples/src/${folder}`
      return (await readdir(new URL(path, root))).map((name) => `${path}/${name}`)
    }),
  )
  assert.deepEqual([...shown].sort(), files.flat().sort())
})

test.run()
