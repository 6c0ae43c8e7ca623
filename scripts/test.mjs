// `npm test [-- --limit=<seconds per file>] [filter …]`: runs the compiled test files whose path holds one of the filters.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mentions, testFiles } from './test/files.mjs'
import { runFile } from './test/run-file.mjs'
import { startServers } from './test/servers.mjs'

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '300' } },
})
const limitMs = Number(values.limit) * 1000
const sideBySide = 2

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

const files = await testFiles(filters)
const servers = await startServers((words) => mentions(files, words))
const run = randomBytes(4).toString('hex')
// What tests that were stopped have left goes with it.
const folder = await mkdtemp(join(tmpdir(), 'piecework-tests-'))
const results = []
try {
  await runAll()
} finally {
  await Promise.allSettled([dropGiven(), servers.stop(), rm(folder, { recursive: true, force: true })])
}
report()

async function runAll() {
  const waiting = [...files]
  const env = { ...servers.env, PIECEWORK_TEST_RUN: run, TMPDIR: folder }
  const worker = async () => {
    while (!interrupted.signal.aborted) {
      const file = waiting.shift()
      if (file === undefined) return
      const result = await runFile(file, { env, limitMs, signal: interrupted.signal })
      if (interrupted.signal.aborted) return
      results.push(result)
      show(result)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, worker))
}

function show({ source, passed, failed, skipped, problem, output, seconds }) {
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
  const line = `${source} (${counts.filter(Boolean).join(', ')}, ${seconds.toFixed(1)} s)`
  if (failed === 0) {
    console.log(`ok      ${line}`)
    return
  }
  console.log(`FAILED  ${line}\n${output.trimEnd()}`)
  if (problem !== undefined) console.log(`The file ${problem}.`)
  console.log()
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
  if (files.length === 0) console.log(`No test file matches ${filters.join(' ')}.`)
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
