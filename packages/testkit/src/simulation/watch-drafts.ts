import type { Drafts, Environment } from '@piecework/core/store'
import type { World } from './world.js'

/** Whether drafts are taken for left alone that are not. */
export class DraftWatch {
  readonly #world: World
  readonly #clock: Environment
  /** When each was changed last, in ms by the clock of the database. */
  readonly #changedAt = new Map<string, number>()

  constructor(world: World, clock: Environment) {
    this.#world = world
    this.#clock = clock
  }

  over(drafts: Drafts, environment: Environment): Drafts {
    return {
      create: (job, shells) => this.#changing(job.id, () => drafts.create(job, shells)),
      put: (job, upload) => this.#changing(job, () => drafts.put(job, upload)),
      remove: (job, upload) => this.#changing(job, () => drafts.remove(job, upload)),
      sort: (job, sorting, uploads) => this.#changing(job, () => drafts.sort(job, sorting, uploads)),
      run: (job, plan) => drafts.run(job, plan),
      idleMs: (job) => drafts.idleMs(job),
      idle: async (before) => {
        const changed = new Map(this.#changedAt)
        const latest = before.getTime() - environment.now() + this.#clock.now()
        const ids = await drafts.idle(before)
        const busy = ids.find((id) => (changed.get(id) ?? 0) > latest + toleranceMs)
        if (busy) this.#world.violation('one truth: a draft was taken for left alone, and was not')
        return ids
      },
    }
  }

  async #changing<T>(job: string, change: () => Promise<T>): Promise<T> {
    const since = this.#clock.now()
    const done = await change()
    this.#changedAt.set(job, Math.min(since, this.#clock.now()))
    return done
  }
}

/** What a query may take until it asks for the time. */
const toleranceMs = 1000
