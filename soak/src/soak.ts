import { once } from 'node:events'
import { seeded } from '@piecework/bench/seeded'
import { faults } from './faults.js'
import { openScene } from './open-scene.js'
import { jobKinds, type SoakJob } from './place.js'
import { playRound, type RoundResult } from './round.js'

export interface SoakOptions {
  /** How many to inject: each kind in turn, at a random moment of each kind of job in turn. */
  readonly faults: number
  /** No further fault after this time. Absent: all of them. */
  readonly seconds?: number
  readonly seed: number
  readonly workers: number
  /** Only faults whose name holds this text. */
  readonly only?: string
  readonly url: string
  /** How long a job may take before it counts as lost. */
  readonly limitMs: number
  log(text: string): void
  /** Ends the soak in the middle of a round, which does not count. */
  readonly signal?: AbortSignal
}

export interface SoakRound extends RoundResult {
  /** From 1. */
  readonly round: number
  readonly fault: string
  readonly job: SoakJob
  readonly seconds: number
}

export interface SoakResult {
  readonly seed: number
  readonly rounds: readonly SoakRound[]
  /** How the full disk was made; `none`: that fault was left out. */
  readonly disk: 'tmpfs' | 'file-size limit' | 'none'
}

/**
 * Real processes on real servers, one job and one fault at a time, and a look at everything after each. Ends
 * after the first lost job.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seed, limitMs, log, seconds = Number.POSITIVE_INFINITY, only = '', signal } = options
  const scene = await openScene({ ...options, random: seeded(seed) })
  const rounds: SoakRound[] = []
  try {
    const { means } = scene.disk
    if (means === 'none') log('no disk can be filled here: that fault is left out')
    const possible = Object.keys(faults).filter((name) => means !== 'none' || name !== 'the disk is full')
    const names = possible.filter((name) => name.includes(only))
    if (names.length === 0) throw new Error(`No fault holds "${only}": ${possible.join(', ')}.`)
    const started = performance.now()
    const elapsed = () => (performance.now() - started) / 1000
    while (rounds.length < options.faults && elapsed() < seconds && !signal?.aborted) {
      const at = rounds.length
      const name = names[at % names.length] ?? ''
      const fault = faults[name]
      const job = jobKinds[((at % names.length) + Math.floor(at / names.length)) % jobKinds.length]
      if (!fault || !job) throw new Error('There is no fault to inject.')
      log(`fault ${at + 1} of ${options.faults}: ${job}, ${name}; ${foundIn(rounds)}`)
      const begun = elapsed()
      const random = seeded(seed * 1_000_003 + at)
      const round = playRound(scene, { principal: `round ${at + 1}`, kind: job, fault, random, limitMs })
      const result = await unlessAborted(round, signal)
      if (!result) break
      rounds.push({ round: at + 1, fault: name, job, seconds: round1(elapsed() - begun), ...result })
      for (const { what, text } of result.problems) log(`${what}: fault ${at + 1}, ${job}, ${name}: ${text}`)
      if (result.end === 'lost') break
    }
    return { seed, rounds, disk: means }
  } finally {
    await scene.close()
  }
}

/**
 * Undefined if the signal comes first: processes may have got it too, and what they leave behind proves
 * nothing.
 */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return work
  const over = new AbortController()
  const aborted = once(signal, 'abort', { signal: over.signal }).then(() => undefined)
  try {
    return await Promise.race([work, aborted])
  } finally {
    over.abort()
  }
}

function foundIn(rounds: readonly SoakRound[]): string {
  const found = rounds.flatMap(({ problems }) => problems).length
  return found === 0 ? 'nothing found so far' : `${found} problems so far`
}

const round1 = (value: number): number => Math.round(value * 10) / 10
