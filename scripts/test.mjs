// `npm test [-- [--all] [--limit=<seconds per file>] <filter> …]`: runs the compiled test files whose path contains one of the filters.
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { longestFirst, rememberSeconds } from './test/durations.mjs'
import { mentions, testFiles } from './test/files.mjs'
import { longFiles } from './test/long-files.mjs'
import { progress } from './test/progress.mjs'
import { readArguments } from './test/read-arguments.mjs'
import { startServers } from './test/servers.mjs'
import { temporaryFolder } from './test/temporary.mjs'
import { TestProcess } from './test/test-process.mjs'

// More than the cores that most machines have: some tests compute, others wait for leases and time limits.
const sideBySide = 3
const help = `Usage: npm test [-- [--all] [--limit=<seconds>] [<filter> …]]

Runs the test files whose path contains one of the filters: ${sideBySide} at a time, the longest first. Without a filter
all but the long ones, which scripts/test/long-files.mjs lists and --all runs too.
Starts a throwaway PostgreSQL and Redis if tests need them, unless DATABASE_URL and REDIS_URL
name servers; CHROMIUM is the path of a browser. On a terminal the last line shows what runs, how many files are done and how long the rest may take.

  --all              run the long files too: that takes more than twice as long
  --limit=<seconds>  stop a file that takes longer (default 600)
  --help             print this

npm test -- guard                 every test file with "guard" in its path
npm test -- --limit=30 core/test  stop each file of core after 30 s
`

const { limit, all, filters } = readArguments({ numbers: { limit: 600 }, flags: ['all'], help })
const limitMs = limit * 1000

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

const found = await testFiles(filters)
const isLong = ({ source }) => longFiles.some((path) => source.startsWith(path))
// Files that are named are wanted, however long they take.
const files = await longestFirst(all || filters.length > 0 ? found : found.filter((file) => !isLong(file)))
const servers = await startServers((words) => mentions(files, words))
const run = randomBytes(4).toString('hex')
// What tests that were stopped have left goes with it.
const folder = await mkdtemp(join(temporaryFolder(), 'piecework-tests-'))
// A server that a test starts has a folder below it, and runs as another user where this process is root.
await chmod(folder, 0o711)
const shown = progress({ files, sideBySide })
const results = []
try {
  await runAll()
} finally {
  shown.stop()
  // A folder that cannot be written is no reason to fail.
  await rememberSeconds(results).catch(() => {})
  await Promise.allSettled([dropGiven(), servers.stop(), rm(folder, { recursive: true, force: true })])
}
report()

async function runAll() {
  const waiting = [...files]
  const env = { ...servers.env, PIECEWORK_TEST_RUN: run, TMPDIR: folder }
  const worker = async () => {
    const testProcess = new TestProcess({ env, limitMs, signal: interrupted.signal })
    while (!interrupted.signal.aborted) {
      const file = waiting.shift()
      if (file === undefined) break
      shown.begin(file)
      const result = await testProcess.run(file)
      shown.end(file)
      if (interrupted.signal.aborted) break
      results.push(result)
      show(result)
    }
    testProcess.stop()
  }
  await Promise.all(Array.from({ length: sideBySide }, worker))
}

function show({ source, passed, failed, skipped, problem, output, seconds }) {
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
  const line = `${source} (${counts.filter(Boolean).join(', ')}, ${seconds.toFixed(1)} s)`
  if (failed === 0) {
    shown.print(`ok      ${line}`)
    return
  }
  const why = problem === undefined ? '' : `The file ${problem}.\n`
  shown.print(`FAILED  ${line}\n${output.trimEnd()}\n${why}`)
}

function report() {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const skips = results.flatMap(({ output }) =>
    [...output.matchAll(/skipped: .* \((.*)\)$/gm)].map(([, why]) => why),
  )
  for (const reason of new Set(skips)) {
    console.log(`skipped ${skips.filter((why) => why === reason).length}: ${reason}`)
  }
  if (interrupted.signal.aborted) console.log('Interrupted.')
  const left = found.length - files.length
  if (left > 0)
    console.log(`Left out ${left} long test ${left === 1 ? 'file' : 'files'}: npm test -- --all runs all.`)
  if (files.length === 0) console.log(`No test file matches ${filters.join(' ')}.`)
  // Again at the end, where a long log is read first.
  for (const { source, failed } of results) if (failed > 0) console.log(`FAILED  ${source}`)
  const skipped = sum('skipped')
  const failed = sum('failed')
  console.log(`${sum('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  const complete = files.length > 0 && results.length === files.length
  process.exitCode = interrupted.signal.aborted ? 130 : failed === 0 && complete ? 0 : 1
}

/** What tests that were stopped have left on a server that was given. One that was started here goes as a whole. */
async function dropGiven() {
  const url = process.env.DATABASE_URL
  if (!url) return
  const { dropScratchDatabases } = await import('../packages/test-support/dist/drop-scratch-databases.js')
  await dropScratchDatabases(url, run).catch((error) => console.log(`Left on the server: ${error.message}`))
}
