import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { sourcePlaces } from './source-places.mjs'

const kept = 1_000_000

/** Files that one process runs at most: what a test leaves open, or holds, goes with it. */
const filesEach = 120

/**
 * PGlite's programs are compiled once, quickly, and only what is called: most tests end before code that is optimized, which
 * takes seconds, would have paid. Several files run side by side, so that threads which help one with its garbage hold up the others.
 * What is young is collected at 16 MB from the beginning, not at 1 MB at first.
 */
const flags = ['--liftoff-only', '--wasm-lazy-validation', '--single-threaded-gc', '--min-semi-space-size=16']

/** Of a process that files share: JavaScript is optimized after seven times as much work, for few of them run that long. */
const sharedFlags = [...flags, '--interrupt-budget=1000000']

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url))

/**
 * Runs compiled test files one after the other, in a process that they share: half of what a short one takes is to load what it
 * tests. Tests of hosts and whole programs, and files named `….alone.test.ts`, have one of their own.
 */
export class TestProcess {
  #options
  #child
  #files = 0
  #output = ''
  #running
  #flags

  /** `options`: `{ env, limitMs, signal }`. */
  constructor(options, flags = sharedFlags) {
    this.#options = options
    this.#flags = flags
  }

  /** Runs a file and reads uvu's summary. */
  async run(file) {
    if (isAlone(file)) return this.#runAlone(file)
    if (this.#files >= filesEach) this.stop()
    const result = await this.#runNext(file)
    // What it has left behind would be taken for a fault of the next one.
    if (result.failed > 0) this.stop()
    return result
  }

  /** The process that others share stays, with what it has loaded. */
  async #runAlone(file) {
    const own = new TestProcess(this.#options, flags)
    try {
      return await own.#runNext(file)
    } finally {
      own.stop()
    }
  }

  stop() {
    if (this.#child) killGroup(this.#child)
    this.#child = undefined
  }

  async #runNext(file) {
    const { limitMs, signal } = this.#options
    const started = performance.now()
    this.#child ??= this.#start()
    this.#files += 1
    this.#output = ''
    const stop = () => this.stop()
    let overtime = false
    const timer = setTimeout(() => {
      overtime = true
      stop()
    }, limitMs)
    signal.addEventListener('abort', stop)
    const { code, killer, isGone = false } = await this.#endOf(file)
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    const output = this.#output
    const counts = summary(stripVTControlCharacters(output))
    const problem = problemOf({ overtime, limitMs, code, killer, counts, isGone })
    const failed = counts.failed + (problem === undefined ? 0 : 1)
    const seconds = (performance.now() - started) / 1000
    return {
      ...file,
      ...counts,
      failed,
      problem,
      output: failed > 0 ? sourcePlaces(output) : output,
      seconds,
    }
  }

  /** How the file has ended, or the process while it ran. */
  #endOf(file) {
    return new Promise((resolve) => {
      // A test cannot print it.
      const mark = `end of ${randomUUID()} `
      const ended = (end) => {
        const at = this.#output.lastIndexOf(mark)
        if (at < 0) {
          if (end) resolve({ ...end, isGone: true })
        } else if (this.#output.endsWith('\n')) {
          const code = Number(this.#output.slice(at + mark.length))
          this.#output = this.#output.slice(0, at)
          resolve({ code })
        }
      }
      this.#running = { child: this.#child, ended }
      if (this.#options.signal.aborted) this.stop()
      // Whether it was taken, the process's end tells.
      else this.#child.send({ file: file.compiled, mark }, () => {})
    })
  }

  #start() {
    const child = spawn(process.execPath, [...this.#flags, worker], {
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...this.#options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own, so that what the tests started ends with it.
      detached: true,
    })
    this.#files = 0
    // One that was stopped may end while the next one runs.
    const tell = (end) => {
      if (this.#running?.child === child) this.#running.ended(end)
    }
    const keep = (text) => {
      if (this.#running?.child !== child) return
      this.#output = (this.#output + text).slice(-kept)
      tell()
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('error', (error) => keep(`${error.message}\n`))
    child.on('exit', () => {
      // Whatever the tests left running would hold the pipes open.
      killGroup(child)
    })
    child.on('close', (code, killer) => {
      if (this.#child === child) this.#child = undefined
      tell({ code, killer })
    })
    return child
  }
}

/** Outside of the packages are hosts and whole programs; alone are tests of what belongs to the process: its memory, its end. */
function isAlone({ source }) {
  return !source.startsWith('packages/') || source.endsWith('.alone.test.ts')
}

/** The last summary counts: a test may print one of its own. */
function summary(output) {
  const found = [...output.matchAll(/^ *Total: +(\d+)\n *Passed: +(\d+)\n *Skipped: +(\d+)$/gm)].at(-1)
  if (found === undefined) return { total: 0, passed: 0, failed: 0, skipped: 0 }
  const [total, passed, skipped] = found.slice(1).map(Number)
  return { total, passed, failed: total - passed, skipped }
}

/** Why the file failed, where its tests do not tell. */
function problemOf({ overtime, limitMs, code, killer, counts, isGone }) {
  if (overtime) return `was stopped after ${limitMs / 1000} s`
  if (counts.total + counts.skipped === 0) return `ran no test (exit code ${code ?? killer})`
  if (isGone || (code !== 0 && counts.failed === 0)) return `ended with ${code ?? killer}`
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
