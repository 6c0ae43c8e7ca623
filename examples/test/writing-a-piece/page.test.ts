import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { folderFiles, memoryArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { openNotebooks } from '../../src/writing-a-piece/open-notebooks.js'
import { tables } from '../../src/writing-a-piece/tables.js'
import { sampleNotebook } from './sample.js'

const test = suite('docs/writing-a-piece.md')
const onServer = needsServer(suite('docs/writing-a-piece.md: what needs a server'))
const root = new URL('../../../../', import.meta.url)
const page = await readFile(new URL('docs/writing-a-piece.md', root), 'utf8')
const run = promisify(execFile)

/** Every block: the language, and the path of the file if it is one. */
const blocks = [...page.matchAll(/^(?:`([^`\n]+)`\n\n)?```(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, path, language, text = '']) => ({ path, language, text }),
)
const files = blocks.flatMap(({ path, text }) => (path === undefined ? [] : [{ path, text }]))
const blockOf = (begins: string): string => {
  const found = blocks.filter(({ text }) => text.startsWith(begins))
  assert.equal(found.length, 1, begins)
  return found[0]?.text ?? ''
}
const install = blockOf('npm install @piecework/core')
const check = blockOf('npx -p @piecework/postgres')
const proposal = blockOf('// A proposal for')
const printed = blockOf('notebook notebook/cover')
const roles = blockOf('CREATE ROLE piecework_app')

test('every block is a file, or is run below', () => {
  const others = blocks.flatMap(({ path, text }) => (path === undefined ? [text] : []))
  assert.deepEqual(new Set(others), new Set([install, check, proposal, printed, roles]))
})

test('every block that is a file is that file as it is, and every file of the example is shown', async () => {
  for (const { path, text } of files) assert.equal(text, await readFile(new URL(path, root), 'utf8'), path)
  const shown = files.map(({ path }) => path)
  const folder = 'examples/src/writing-a-piece'
  for (const name of await readdir(new URL(folder, root)))
    assert.ok(shown.includes(`${folder}/${name}`), name)
})

test('what is installed is what its files import and what its commands need', async () => {
  const installed = new Set(install.match(/(?<= )@?[a-z][\w/-]*(?= |$)/gm) ?? [])
  installed.delete('install')
  const names = files.flatMap(({ text }) => [...text.matchAll(/ from '((?:@[^/']+\/)?[^./:'][^/:']*)/g)])
  const imported = names.map(([, name = '']) => name).filter((name) => !name.startsWith('node:'))
  const missing = new Set(imported.filter((name) => name !== 'node' && !installed.has(name)))
  assert.deepEqual([...missing], [])
  for (const name of installed) {
    const [, own] = /^@piecework\/(.+)$/.exec(name) ?? []
    if (own === undefined) continue
    const text = await readFile(new URL(`packages/${own}/package.json`, root), 'utf8')
    assert.notEqual(JSON.parse(text).private, true, name)
  }
})

test('the example prints what the page says', async () => {
  const program = fileURLToPath(new URL('../../src/writing-a-piece/run.js', import.meta.url))
  const { stdout } = await run(process.execPath, [...process.execArgv, program])
  assert.equal(stdout, printed)
})

let scratch: ScratchDatabase
let admin: pg.Pool
onServer.before(async () => {
  scratch = await scratchDatabase()
  admin = new pg.Pool({ connectionString: scratch.url, max: 2 })
  for (const statement of tables) await admin.query(statement)
  await postgresStore({ database: fromPg(admin) }).migrate()
})
onServer.after(async () => {
  await admin.end()
  await scratch.drop()
})

onServer('the command of the page proposes what the page says', async () => {
  const [, args = ''] = /piecework-check (.*) > pieces\.ts$/m.exec(check) ?? []
  const given = args.split(' ').map((arg) => (arg.startsWith('postgres://') ? scratch.url : arg))
  const bin = fileURLToPath(new URL('packages/postgres/bin/piecework-check.js', root))
  assert.equal((await run(process.execPath, [bin, ...given])).stdout, proposal)
})

onServer(
  'the role of the page copies all rows where tables have policies, and another is refused',
  async () => {
    const name = `notebooks_${randomBytes(4).toString('hex')}`
    const url = new URL(scratch.url)
    url.username = name
    const own = pg.escapeIdentifier(url.pathname.slice(1))
    const folder = await mkdtemp(join(tmpdir(), 'piecework-scans-'))
    const scans = folderFiles(folder)
    const { resource } = await sampleNotebook(fromPg(admin), scans)
    try {
      await admin.query(roles.replaceAll('piecework_app', name).replaceAll('DATABASE app', `DATABASE ${own}`))
      await admin.query('ALTER TABLE pages ENABLE ROW LEVEL SECURITY')
      await admin.query('CREATE POLICY own ON pages USING (author_id = current_user)')
      const { piecework, stop } = await openNotebooks(url.href, scans, memoryArtifacts())
      try {
        const principal = { id: 'ann' }
        const { archive } = await (await piecework.export({ resource, principal })).result()
        assert.ok(archive)
        for (const copied of [
          piecework.import({ archive, principal }),
          piecework.clone({ resource, principal }),
        ])
          assert.equal((await (await copied).ended()).counts.rows, 1 + 6 + 18)
      } finally {
        await stop()
      }
      await admin.query(`ALTER ROLE ${name} NOBYPASSRLS`)
      await assert.rejects(openNotebooks(url.href, scans, memoryArtifacts()), /row level security/i)
    } finally {
      await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`)
      await rm(folder, { recursive: true })
    }
  },
)

test.run()
onServer.run()
