import type { Environment } from '@piecework/core/store'
import type { Random } from './random.js'
import type { VirtualTime } from './virtual-time.js'

/** ms since epoch at which a simulation begins. */
const beginning = Date.UTC(2026, 0, 1)

/** A process with a clock of its own, which can be frozen and killed. Nothing of a dead one goes on. */
export class SimulatedProcess {
  readonly name: string
  readonly time: VirtualTime
  readonly random: Random
  /** What its clock is ahead of the database's, in ms. */
  aheadMs: number
  readonly #died: (() => void)[] = []
  #isDead = false
  #frozenUntil = 0

  constructor(
    name: string,
    { time, random, aheadMs = 0 }: { time: VirtualTime; random: Random; aheadMs?: number },
  ) {
    this.name = name
    this.time = time
    this.random = random
    this.aheadMs = aheadMs
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get isAwake(): boolean {
    return !this.#isDead && this.#frozenUntil <= this.time.now
  }

  get environment(): Environment {
    return {
      now: () => beginning + this.time.now + this.aheadMs,
      after: (ms, callback) => this.#timer(ms, callback, false),
      every: (ms, callback) => this.#timer(ms, callback, true),
      uuid: () => this.random.uuid(),
    }
  }

  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.time.now + ms)
  }

  kill(): void {
    if (this.#isDead) return
    this.#isDead = true
    for (const died of this.#died) died()
  }

  whenDead(died: () => void): void {
    this.#died.push(died)
  }

  /** Resolves when the process may go on: never, if it is dead. */
  async awake(): Promise<void> {
    while (!this.isAwake) {
      if (this.#isDead) await new Promise<never>(() => {})
      await this.time.sleep(this.#frozenUntil - this.time.now)
    }
  }

  async sleep(ms: number): Promise<void> {
    await this.time.sleep(ms)
    await this.awake()
  }

  #timer(ms: number, callback: () => void, again: boolean): () => void {
    let cancel = (): void => undefined
    const set = (after: number): void => {
      cancel = this.time.after(after, () => {
        if (this.#isDead) return
        if (!this.isAwake) return set(this.#frozenUntil - this.time.now)
        if (again) set(ms)
        callback()
      })
    }
    set(ms)
    return () => cancel()
  }
}
