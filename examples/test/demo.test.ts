import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { skipUnless } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('demo')
const main = fileURLToPath(new URL('../src/demo/main.js', import.meta.url))
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

/** Runs the demo as a user would and reads its one JSON document. */
async function demo(
  database: string | undefined,
  ...args: string[]
): Promise<{ code: number | null; document: Document }> {
  const out = await mkdtemp(join(tmpdir(), 'piecework-demo-test-'))
  try {
    const { DATABASE_URL: _, ...env } = process.env
    const child = spawn(process.execPath, [main, '--json', '--out', out, ...args], {
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

test('the sample on the embedded database', async () => {
  const run = await demo(undefined)
  assertEqualProjects(run, { planning_units: 2000, scenario_planning_units: 2000 })
})

const real = skipUnless(
  existsSync(data),
  'the real sample projects are not here',
  suite('demo: real projects'),
)

real('cloud-sample-12k imports with warnings', async () => {
  const run = await demo(server, join(data, 'cloud-sample-12k'))
  assertEqualProjects(run, { planning_units: 12178, scenario_feature_amounts: 36859, features: 59 })
  for (const code of ['legacy/grid-id-spelling', 'legacy/coolfac-unused', 'legacy/nothing-to-conserve']) {
    assert.ok(codes(run.document).has(code), code)
  }
})

real('reefs-321 imports with warnings', async () => {
  const run = await demo(server, join(data, 'reefs-321'))
  assertEqualProjects(run, { planning_units: 321 })
  for (const code of ['legacy/grid-id-spelling', 'legacy/grid-shape-repaired', 'legacy/input-choice']) {
    assert.ok(codes(run.document).has(code), code)
  }
})

real('hex-653 reports which attribute could be the id, and imports when it is named', async () => {
  const folder = join(data, 'hex-653')
  const refused = await demo(server, folder)
  assert.equal(refused.code, 1)
  assert.equal(refused.document.error?.code, 'validation-failed')
  assert.match(refused.document.findings.find(({ severity }) => severity === 'error')?.message ?? '', /FID/)
  const run = await demo(server, folder, '--id-attribute', 'FID', '--input', 'input_no_connect.dat')
  assertEqualProjects(run, { planning_units: 653 })
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
