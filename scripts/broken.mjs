// `npm run broken [-- --runs=<count> <filter> …]`: tries each broken implementation many times, see `help`.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mentions, testFiles } from './test/files.mjs'
import { readArguments } from './test/read-arguments.mjs'
import { startServers } from './test/servers.mjs'
import { TestProcess } from './test/test-process.mjs'

const help = `Usage: npm run broken [-- [--runs=<count>] [<filter> …]]

Tries each broken implementation of the tests so many times, each time with other random cases. The law that is there for it
must find it every time, and must hold every time on the implementation that it was made from. Exit code 1 if it does not.
Takes some minutes, half an hour on a machine that is very busy.

  --runs=<count>  how often (default 200)
  --help          print this

npm run broken -- guard artifact  only those in test files with "guard" or "artifact" in their path
`

const { runs, filters } = readArguments({ numbers: { runs: 200 }, help })
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

const files = []
for (const file of await testFiles(filters)) {
  if ((await readFile(file.source, 'utf8')).includes('assertBreaks(')) files.push(file)
}
const servers = await startServers((words) => mentions(files, words))
const folder = await mkdtemp(join(tmpdir(), 'piecework-broken-'))
const rows = []
let failed = files.length === 0
try {
  await Promise.all([work(), work()])
} finally {
  await Promise.allSettled([servers.stop(), rm(folder, { recursive: true, force: true })])
}
rows.sort((a, b) => a.file.localeCompare(b.file) || a.what.localeCompare(b.what))
for (const row of rows) {
  const counts = `found ${row.found} of ${row.runs}, wrongly ${row.wrong}`
  console.log(`${isFound(row) ? 'ok     ' : 'FAILED '} ${counts}: ${row.what} (${row.law})`)
}
console.log(`${rows.length} broken implementations, ${rows.filter(isFound).length} found every time`)
process.exitCode = interrupted.signal.aborted ? 130 : failed || !rows.every(isFound) ? 1 : 0

async function work() {
  const env = {
    ...servers.env,
    PIECEWORK_BROKEN_RUNS: String(runs),
    PIECEWORK_TEST_RUN: randomBytes(4).toString('hex'),
    TMPDIR: folder,
  }
  const testProcess = new TestProcess({ env, limitMs: 3_600_000, signal: interrupted.signal })
  while (files.length > 0 && !interrupted.signal.aborted) {
    const file = files.shift()
    console.log(`run     ${file.source}`)
    const result = await testProcess.run(file)
    testProcess.stop()
    const lines = [...result.output.matchAll(/^\{"what":.*\}$/gm)].map(([line]) => JSON.parse(line))
    rows.push(...lines.map((line) => ({ ...line, file: file.source })))
    // Beside them a file may try its laws on what is whole.
    if (result.failed === 0 && (lines.length > 0 || result.passed === 0)) {
      console.log(`ok      ${file.source} (${lines.length} found, ${result.seconds.toFixed(0)} s)`)
      continue
    }
    failed = true
    console.log(`FAILED  ${file.source}\n${result.output.trimEnd()}\n`)
  }
}

function isFound({ runs, found, wrong }) {
  return found === runs && wrong === 0
}
