import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { sourcePlaces } from './source-places.mjs'

const kept = 1_000_000

/**
 * PGlite's programs are compiled once, quickly, and only what is called: most tests end before code that is optimized, which
 * takes seconds, would have paid. Several files run side by side, so that threads which help one with its garbage hold up the others.
 */
const flags = ['--liftoff-only', '--wasm-lazy-validation', '--single-threaded-gc']

/** Runs one compiled test file in a process of its own and reads uvu's summary. */
export function runFile(file, { env, limitMs, signal }) {
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...flags, file.compiled], {
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what the test started ends with it.
      detached: true,
    })
    let output = ''
    const keep = (text) => {
      output = (output + text).slice(-kept)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('error', (error) => keep(`${error.message}\n`))

    let overtime = false
    const timer = setTimeout(() => {
      overtime = true
      killGroup(child)
    }, limitMs)
    const stop = () => killGroup(child)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()

    child.on('exit', () => {
      clearTimeout(timer)
      // Whatever the test left running would hold the pipes open.
      killGroup(child)
    })
    child.on('close', (code, killer) => {
      signal.removeEventListener('abort', stop)
      const counts = summary(stripVTControlCharacters(output))
      const problem = problemOf({ overtime, limitMs, code, killer, counts })
      const failed = counts.failed + (problem === undefined ? 0 : 1)
      const seconds = (performance.now() - started) / 1000
      resolve({
        ...file,
        ...counts,
        failed,
        problem,
        output: failed > 0 ? sourcePlaces(output) : output,
        seconds,
      })
    })
  })
}

/** The last summary counts: a test may print one of its own. */
function summary(output) {
  const found = [...output.matchAll(/^ *Total: +(\d+)\n *Passed: +(\d+)\n *Skipped: +(\d+)$/gm)].at(-1)
  if (found === undefined) return { total: 0, passed: 0, failed: 0, skipped: 0 }
  const [total, passed, skipped] = found.slice(1).map(Number)
  return { total, passed, failed: total - passed, skipped }
}

/** Why the file failed, where its tests do not tell. */
function problemOf({ overtime, limitMs, code, killer, counts }) {
  if (overtime) return `was stopped after ${limitMs / 1000} s`
  if (counts.total + counts.skipped === 0) return `ran no test (exit code ${code ?? killer})`
  if (code !== 0 && counts.failed === 0) return `ended with ${code ?? killer}`
  return undefined
}

function killGroup(child) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error
  }
}
