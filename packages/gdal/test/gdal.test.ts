import { fork } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError } from '@piecework/core/piece'
import { findGdal, runGdal } from '@piecework/gdal'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isPieceworkError(error)) return `${error.code}: ${error.message}`
  throw error ?? new Error('It was not refused')
}

const test = suite('gdal: programs, stood in for')

/** Programs that run a line of shell, in a folder of PATH. */
async function withPrograms<T>(
  line: string,
  use: (folder: string) => Promise<T>,
  names = ['gdalwarp'],
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'piecework-gdal-'))
  try {
    for (const name of names) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const all = ['gdalinfo', 'gdalwarp', 'gdal_translate', 'gdaladdo', 'gdalsrsinfo', 'gdaltransform', 'ogr2ogr']

test('missing, incomplete and too old programs are said, with how to install them', async () => {
  assert.is(
    await refusal(findGdal('/nowhere')),
    'gdal/missing: The programs of GDAL are needed, and gdalwarp is in no folder of PATH. Debian and Ubuntu: apt-get install gdal-bin',
  )
  await withPrograms('true', async (folder) =>
    assert.match(await refusal(findGdal(folder)), 'has gdalwarp, and no gdalinfo'),
  )
  await withPrograms(
    'echo "GDAL 3.0.4, released 2020/01/28"',
    async (folder) => assert.match(await refusal(findGdal(folder)), 'gdal/too-old: GDAL 3.0.4 is too old'),
    all,
  )
  await withPrograms(
    'echo "GDAL 3.12.0e, released 2030/01/28"',
    async (folder) => assert.equal(await findGdal(`relative:${folder}`), { folder, version: '3.12.0e' }),
    all,
  )
})

test('who asks for the version may stop waiting', () =>
  withPrograms(
    'exec sleep 60',
    async (folder) => {
      const abort = new AbortController()
      const found = findGdal(folder, { signal: abort.signal })
      setTimeout(() => abort.abort(new Error('over')), 20)
      assert.is(await found.then(String, (error: Error) => error.message), 'over')
    },
    all,
  ))

test('a child sees nothing of the environment of the host', async () => {
  process.env.GDAL_TEST_SECRET = 'hidden'
  try {
    const said = await withPrograms('env', (folder) => runGdal({ folder, version: '' }, 'gdalwarp', []))
    assert.not.match(said, 'hidden')
    assert.match(said, 'GDAL_DISABLE_READDIR_ON_OPEN=EMPTY_DIR')
    assert.match(said, 'PROJ_NETWORK=OFF')
  } finally {
    delete process.env.GDAL_TEST_SECRET
  }
})

test('errors have codes by their numbers, and no paths', async () => {
  const failing = (line: string) =>
    withPrograms(line, (folder) => refusal(runGdal({ folder, version: '' }, 'gdalwarp', [])))
  assert.is(
    await failing('echo "ERROR 4: /secret/of/host.tif: not recognized" >&2; exit 1'),
    'gdal/format: gdalwarp cannot open a file of that format: a file: not recognized',
  )
  assert.match(await failing('echo "ERROR 2: no memory" >&2; exit 1'), 'gdal/memory')
  assert.match(await failing('echo "ERROR 1: odd" >&2; exit 0'), 'gdal/failed: gdalwarp failed: odd')
  assert.match(await failing('exit 3'), 'gdal/failed: gdalwarp failed: exit 3')
  assert.is(
    await withPrograms('echo "Warning 1: odd" >&2; echo fine', (folder) =>
      runGdal({ folder, version: '' }, 'gdalwarp', []),
    ),
    'fine\n',
  )
})

test('a child ends with its attempt, and at its limit of time', async () => {
  await withPrograms('exec sleep 60', async (folder) => {
    const abort = new AbortController()
    const started = runGdal({ folder, version: '' }, 'gdalwarp', [], { signal: abort.signal })
    abort.abort(new Error('over'))
    assert.is(await started.catch((error: Error) => error.message), 'over')
    const slow = runGdal({ folder, version: '' }, 'gdalwarp', [], { timeoutMs: 50 })
    assert.match(await refusal(slow), 'gdal/stopped')
  })
})

test('a child ends with its process, which was killed', () =>
  withPrograms('echo $$ > pid; exec sleep 60', async (folder) => {
    const host = fork(new URL('./mortal-host.js', import.meta.url), [folder])
    const written = join(folder, 'pid')
    while (!(existsSync(written) && readFileSync(written, 'utf8').endsWith('\n'))) await sleep(10)
    const child = Number(readFileSync(written, 'utf8'))
    process.kill(child, 0)
    host.kill('SIGKILL')
    while (isAlive(child)) await sleep(10)
  }))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('what says more than it may is stopped', async () => {
  const endless = withPrograms('exec yes', (folder) => runGdal({ folder, version: '' }, 'gdalwarp', []))
  assert.match(await refusal(endless), 'says more than it may')
})

test.run()
