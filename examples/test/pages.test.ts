import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('pages of the docs with programs')
const onServer = needsServer(suite('pages of the docs with programs that need a server'))
const root = new URL('../../../', import.meta.url)
const folders = ['access', 'http', 'one-moment', 'outputs', 'parts', 'scoped-tokens']
const pages = {
  outputs: 'outputs/export',
  delivery: 'outputs/deliver',
  parts: 'parts/run',
  access: 'access/run',
  http: 'http/run',
  'scoped-tokens': 'scoped-tokens/run',
} as const

const textOf = (page: string) => readFile(new URL(`docs/${page}.md`, root), 'utf8')

/** The files that a page shows, as they are. */
async function shownBy(page: string): Promise<string[]> {
  const text = await textOf(page)
  const blocks = [...text.matchAll(/^`(.+)`\n\n```ts\n([\s\S]*?)```$/gm)]
  assert.equal(blocks.length, text.match(/^```ts$/gm)?.length)
  for (const [, path = '', code] of blocks)
    assert.equal(code, await readFile(new URL(path, root), 'utf8'), path)
  return blocks.map(([, path = '']) => path)
}

async function printsWhatItSays(page: string, program: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const run = fileURLToPath(new URL(`../src/${program}.js`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, run], {
    env: { ...process.env, ...env },
  })
  const text = await textOf(page)
  assert.ok(text.includes(`\`\`\`\n${stdout}\`\`\``), stdout)
}

for (const [page, program] of Object.entries(pages))
  test(`docs/${page}.md has a program that prints what it says`, () => printsWhatItSays(page, program))

test('docs/outputs.md says what comes of parts', () => printsWhatItSays('outputs', 'outputs/print'))

test('docs/delivery.md says what a bucket is refused with', () => printsWhatItSays('delivery', 'outputs/s3'))

test('docs/delivery.md says what comes of a link', () => printsWhatItSays('delivery', 'outputs/links'))

onServer('docs/one-moment.md has a program that prints what it says', async () => {
  const scratch = await scratchDatabase()
  try {
    await printsWhatItSays('one-moment', 'one-moment/run', { DATABASE_URL: scratch.url })
  } finally {
    await scratch.drop()
  }
})

test('every file of the examples stands on a page, as it is', async () => {
  const shown = await Promise.all([...Object.keys(pages), 'one-moment'].map(shownBy))
  const files = await Promise.all(
    folders.map(async (folder) => {
      const path = `examples/src/${folder}`
      return (await readdir(new URL(path, root))).map((name) => `${path}/${name}`)
    }),
  )
  assert.deepEqual([...new Set(shown.flat())].sort(), files.flat().sort())
})

test.run()
onServer.run()
