import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { suite } from 'uvu'

const test = suite('README')
const file = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

test('its first block of code is the example that is compiled and run', async () => {
  const [, block = ''] = (await file('README.md')).match(/```ts\n(.*?)```/s) ?? []
  const example = await file('test/example.test.ts')
  assert.ok(block.length > 500)
  assert.ok(example.includes(block), 'README.md and test/example.test.ts differ')
})

test.run()
