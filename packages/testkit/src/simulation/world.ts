import { mixed, type Random, seeded } from './random.js'
import type { Rates } from './simulation-plan.js'
import { VirtualTime } from './virtual-time.js'

/** What everything in one simulation shares. */
export class World {
  readonly time = new VirtualTime()
  readonly seed: number
  /** What happened, in order: `ms since the beginning, what`. */
  readonly trace: string[] = []
  readonly violations: string[] = []
  #rates: Rates
  #faults = 0
  #isCalm = false
  #hash = 2166136261

  constructor(seed: number, rates: Rates) {
    this.seed = seed
    this.#rates = rates
  }

  get rates(): Rates {
    return this.#rates
  }

  get faults(): number {
    return this.#faults
  }

  get isCalm(): boolean {
    return this.#isCalm
  }

  /** Of the trace. */
  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0')
  }

  random(part: string): Random {
    return seeded(this.seed, part)
  }

  note(what: string): void {
    const line = `${this.time.now} ${what}`
    this.trace.push(line)
    for (let at = 0; at < line.length; at++) this.#hash = mixed(this.#hash, line.charCodeAt(at))
  }

  fault(what: string): void {
    this.#faults += 1
    this.note(what)
  }

  /** What a law forbids. The first one of a kind says it all. */
  violation(what: string): void {
    this.note(`VIOLATION ${what}`)
    this.violations.push(what)
  }

  /** No fault happens any more. */
  calm(): void {
    this.#isCalm = true
    this.#rates = { refused: 0, unanswered: 0, inside: 0, lost: 0, doubled: 0, lateMs: 50 }
    this.note('calm')
  }
}
