import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'

const test = suite('docs/outputs.md and docs/delivery.md')
const root = new URL('../../../../', import.meta.url)
const shown = new Set<string>()

for (const [page, program] of [
  ['outputs', 'export'],
  ['delivery', 'deliver'],
] as const) {
  test(`docs/${page}.md shows files as they are, and what they print`, async () => {
    const text = await readFile(new URL(`docs/${page}.md`, root), 'utf8')
    const blocks = [...text.matchAll(/^`(.+)`\n\n```ts\n([\s\S]*?)```$/gm)]
    assert.equal(blocks.length, text.match(/^```ts$/gm)?.length)
    for (const [, path = '', code] of blocks) {
      assert.equal(code, await readFile(new URL(path, root), 'utf8'), path)
      shown.add(path.slice(path.lastIndexOf('/') + 1))
    }
    const run = fileURLToPath(new URL(`../../src/outputs/${program}.js`, import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [run])
    assert.ok(text.includes(`\`\`\`\n${stdout}\`\`\``), stdout)
  })
}

test('every file of the examples stands on a page', async () => {
  assert.deepEqual([...shown].sort(), await readdir(new URL('examples/src/outputs', root)))
})

test.run()
