import type { Database } from '@piecework/core/store'
import type { HeldSnapshot } from './held-snapshot.js'
import { removeHolders } from './moment-rows.js'

/** A moment that this process holds for a job. */
export interface HeldMoment {
  readonly job: string
  readonly moment: number
  readonly snapshot: string
  /** By `performance.now()`: from then on it is too old. */
  readonly until: number
  /** Of the job, that reads. */
  readonly lastBatch: number
  readonly held: HeldSnapshot
}

/** What this process holds: each has a connection of the pool. */
export class HeldMoments {
  readonly #control: Database
  readonly #most: number
  readonly #jobs = new Map<string, HeldMoment>()
  /** With those that begin and end. */
  #taken = 0

  constructor(control: Database, most: number) {
    this.#control = control
    this.#most = most
  }

  get isFull(): boolean {
    return this.#taken >= this.#most
  }

  get all(): readonly HeldMoment[] {
    return [...this.#jobs.values()]
  }

  get(job: string): HeldMoment | undefined {
    return this.#jobs.get(job)
  }

  /** Keeps what `begin` has begun, if anything. */
  async add(begin: () => Promise<HeldMoment | undefined>): Promise<HeldMoment | undefined> {
    this.#taken += 1
    let moment: HeldMoment | undefined
    try {
      moment = await begin()
      if (moment) this.#jobs.set(moment.job, moment)
      return moment
    } finally {
      if (!moment) this.#taken -= 1
    }
  }

  /** Of the job, unless it is another one than `only`. */
  async drop(job: string, only?: string): Promise<void> {
    const moment = this.#jobs.get(job)
    if (!moment || (only !== undefined && moment.held.id !== only)) return
    this.#jobs.delete(job)
    await moment.held.release()
    this.#taken -= 1
    await removeHolders(this.#control, [moment.held.id])
  }

  async dropAll(): Promise<void> {
    await Promise.all(this.all.map(({ job }) => this.drop(job)))
  }
}
