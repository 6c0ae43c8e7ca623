import { once } from 'node:events'
import { seeded } from '@piecework/bench/seeded'
import type { Fault } from './faults/fault.js'
import { faults } from './faults/faults.js'
import { otherJobFaults } from './faults/other-jobs.js'
import { openScene } from './open-scene.js'
import { jobKinds, type SoakJob } from './place.js'
import { playRound, type RoundResult } from './round.js'
import type { Scene } from './scene.js'

export interface SoakOptions {
  /** How many to inject: each kind in turn, at a random moment of each kind of job in turn. */
  readonly faults: number
  /** Number of the first; default 1. Goes on where a run of the same seed and the same kinds has ended. */
  readonly from?: number
  /** No further fault after this time. Absent: all of them. */
  readonly seconds?: number
  readonly seed: number
  readonly workers: number
  /** Only faults whose name holds one of these texts, separated by commas. */
  readonly only?: string
  /** Only jobs of these kinds, separated by commas. */
  readonly jobs?: string
  /** A PostgreSQL server: the soak makes a database on it, and never restarts it. */
  readonly url?: string | undefined
  /** Folder of PostgreSQL's programs: without `url` the soak starts a server of its own. */
  readonly programs?: string | undefined
  /** Some pieces have their rows in a database of a second server. Default: all are in one. */
  readonly split?: boolean
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
  /** How the full disk of artifacts was made. */
  readonly disk: 'tmpfs' | 'file-size limit' | 'none'
  /** Why, by fault. */
  readonly leftOut: Readonly<Record<string, string>>
}

/**
 * Real processes on real servers, one job and one fault at a time, and a look at everything after each. Ends
 * after the first lost job.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seed, limitMs, log, seconds = Number.POSITIVE_INFINITY, only = '', from = 1, signal } = options
  const kinds = chosenKinds(options.jobs)
  const beside = Object.keys(otherJobFaults).some((name) => isAsked(name, only))
  const lessons = { kinds: beside ? jobKinds : kinds, beside }
  const chances = { random: seeded(seed), troubles: seeded(seed + 1_000_003) }
  const scene = await openScene({ ...options, ...chances, lessons })
  const rounds: SoakRound[] = []
  try {
    const { chosen, leftOut } = choose(scene, only, kinds)
    for (const [name, reason] of Object.entries(leftOut)) log(`left out: ${name}: ${reason}`)
    const names = Object.keys(chosen)
    if (names.length === 0) throw new Error(`No fault that can be injected here holds "${only}".`)
    const started = performance.now()
    const elapsed = () => (performance.now() - started) / 1000
    while (rounds.length < options.faults && elapsed() < seconds && !signal?.aborted) {
      const at = from - 1 + rounds.length
      const name = names[at % names.length] ?? ''
      const fault = chosen[name]
      const met = kinds.filter((kind) => befalls(fault, kind))
      const job = met[((at % names.length) + Math.floor(at / names.length)) % met.length]
      if (!fault || !job) throw new Error('There is no fault to inject.')
      log(`fault ${at + 1} of ${from - 1 + options.faults}: ${job}, ${name}; ${foundIn(rounds)}`)
      const begun = elapsed()
      const random = seeded(seed * 1_000_003 + at)
      const round = playRound(scene, { principal: `round ${at + 1}`, kind: job, fault, random, limitMs })
      const result = await unlessAborted(round, signal)
      if (!result) break
      const took = round1(elapsed() - begun)
      rounds.push({ round: at + 1, fault: name, job, seconds: took, ...result })
      log(`fault ${at + 1}: ${result.end} after ${took} s`)
      for (const { what, text } of result.problems) log(`${what}: fault ${at + 1}, ${job}, ${name}: ${text}`)
      if (result.end === 'lost') break
    }
    return { seed, rounds, disk: scene.disk.means, leftOut }
  } finally {
    await scene.close()
  }
}

const befalls = (fault: Fault | undefined, kind: SoakJob): boolean => fault?.befalls?.(kind) ?? true

const isAsked = (name: string, only: string): boolean =>
  only.split(',').some((text) => name.includes(text.trim()))

function chosenKinds(jobs: string | undefined): readonly SoakJob[] {
  const names = jobs?.split(',').map((name) => name.trim())
  const unknown = names?.find((name) => !jobKinds.some((kind) => kind === name))
  if (unknown !== undefined)
    throw new Error(`There is no job "${unknown}": there are ${jobKinds.join(', ')}.`)
  return jobKinds.filter((kind) => names?.includes(kind) ?? true)
}

/** Those that are asked for, apart from those that cannot be injected here, or befall no such job. */
function choose(scene: Scene, only: string, kinds: readonly SoakJob[]) {
  const chosen: Record<string, Fault> = {}
  const leftOut: Record<string, string> = {}
  for (const [name, fault] of Object.entries(faults)) {
    if (!isAsked(name, only) || !kinds.some((kind) => befalls(fault, kind))) continue
    const reason = fault.missing?.(scene)
    if (reason === undefined) chosen[name] = fault
    else leftOut[name] = reason
  }
  return { chosen, leftOut }
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
