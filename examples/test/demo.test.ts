import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { skipUnless } from '@piecework/test-support'
import { folders, inputDat } from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'

const test = suite('demo')
const main = fileURLToPath(new URL('../src/demo/main.js', import.meta.url))
const command = fileURLToPath(new URL('../../../packages/marxan-check/bin/marxan-check.js', import.meta.url))
const data = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
const server = process.env.DATABASE_URL

interface Document {
  readonly ok: boolean
  readonly error?: { readonly code: string; readonly message: string }
  readonly archive?: { readonly path: string }
  readonly summary: readonly { readonly step: string; readonly piece: string; readonly rows: number }[]
  readonly comparisons: readonly {
    readonly tables: readonly {
      readonly table: string
      readonly rows: number
      readonly differences: number
    }[]
  }[]
  readonly findings: readonly { readonly severity: string; readonly code: string; readonly message: string }[]
}

/** What `marxan-check --json` says of a folder. */
async function checkedBy(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, command, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return text(child.stdout)
}

/** Runs the demo as a user would and reads its one JSON document. */
async function demo(
  database: string | undefined,
  ...args: string[]
): Promise<{ code: number | null; document: Document }> {
  const out = await mkdtemp(join(tmpdir(), 'piecework-demo-test-'))
  try {
    const { DATABASE_URL: _, ...env } = process.env
    const child = spawn(process.execPath, [...process.execArgv, main, '--json', '--out', out, ...args], {
      env: { ...env, ...(database && { DATABASE_URL: database }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [stdout, code] = await Promise.all([
      text(child.stdout),
      new Promise<number | null>((resolve) => child.on('close', resolve)),
    ])
    const document = JSON.parse(stdout) as Document
    if (document.archive) assert.ok(existsSync(document.archive.path))
    return { code, document }
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

function assertEqualProjects(
  { code, document }: Awaited<ReturnType<typeof demo>>,
  rows: Readonly<Record<string, number>>,
) {
  assert.equal(document.error, undefined)
  assert.equal(code, 0)
  assert.equal(document.comparisons.length, 3)
  for (const { tables } of document.comparisons) {
    for (const table of tables) assert.equal(table.differences, 0, table.table)
    for (const [table, count] of Object.entries(rows)) {
      assert.equal(tables.find((one) => one.table === table)?.rows, count, table)
    }
  }
  const steps = new Set(document.summary.map(({ step }) => step))
  assert.deepEqual([...steps], ['validate', 'import folder', 'export', 'verify', 'import archive', 'clone'])
}

const codes = (document: Document) => new Set(document.findings.map(({ code }) => code))

test('the sample', async () => {
  const run = await demo(server)
  assertEqualProjects(run, { planning_units: 2000, scenario_planning_units: 2000 })
})

const real = skipUnless(
  existsSync(data),
  'the real sample projects are not here',
  suite('demo: a real project'),
)

// Another one goes all the way in the tests of the import pack.
real('hex-653 reports which attribute could be the id', async () => {
  const folder = join(data, 'hex-653')
  const refused = await demo(server, folder)
  assert.equal(refused.code, 1)
  assert.equal(refused.document.error?.code, 'validation-failed')
  assert.match(refused.document.findings.find(({ severity }) => severity === 'error')?.message ?? '', /FID/)
  assert.ok(codes(refused.document).has('legacy/input-choice'))
})

const summary = '"Run_Number","Score","Cost","Planning_Units"\n1,9,4,2\n2,9,4,1\n'
const results = {
  'input.dat': `${inputDat}SCENNAME mine\nOUTPUTDIR output\n`,
  'output/mine_sum.csv': summary,
  'output/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,1\n',
  'output/mine_r00002.csv': 'PUID,SOLUTION\n1,0\n2,0\n3,1\n',
  'output/mine_r00003.csv': '\0',
}

// The embedded database takes three times as long, so that it gets a small one.
for (const [name, files, code, args, database] of [
  ['imports with warnings, on the embedded database,', results, 0, [], undefined],
  ['refuses', { ...results, 'output/mine_r00001.csv': 'PUID,SOLUTION\n1,7\n2,0\n3,1\n' }, 1, [], server],
  ['imports without its results', { ...results, 'output/mine_sum.csv': '\0' }, 0, ['--no-results'], server],
] as const)
  test(`what marxan-check says of a folder that the demo ${name} is what the demo says`, async () => {
    const made = await folders()
    try {
      const folder = await made.make(files)
      const said = ({ findings }: Pick<Document, 'findings'>) =>
        findings.map((one) => `${one.severity} ${one.code} ${one.message}`).sort()
      const run = await demo(database, folder, ...args)
      if (code === 0) assertEqualProjects(run, { planning_units: 3 })
      const checked = JSON.parse(await checkedBy(folder, ...args)) as Document
      assert.equal(run.code, code)
      assert.deepEqual(said(run.document), said(checked))
      assert.equal(said(checked).length > 0, args.length === 0)
      const rows = (piece: string) => run.document.summary.find((one) => one.piece === piece)?.rows
      if (code === 0) assert.equal(rows('legacy/results'), args.length === 0 ? 2 + 3 : 0)
    } finally {
      await made.remove()
    }
  })

test('a folder that does not exist, and one without a Marxan project', async () => {
  for (const folder of ['/nowhere/at/all', tmpdir()]) {
    const { code, document } = await demo(undefined, folder)
    assert.equal(code, 1)
    assert.equal(document.ok, false)
    assert.equal(document.error?.code, 'input-incomplete')
  }
})

test.run()
real.run()
