import type { Jobs } from '@piecework/core/store'
import type { World } from './world.js'

/** Jobs by the key of the request that has made them, as all processes together must see them. */
export class RequestKeyWatch {
  readonly #world: World
  readonly #made = new Map<string, string>()

  constructor(world: World) {
    this.#world = world
  }

  over(jobs: Jobs): Jobs {
    return {
      ...jobs,
      create: async (job, tx) => {
        const made = await jobs.create(job, tx)
        if (!job.requestKey) return made
        const name = `${job.principal.id} ${job.requestKey.key}`
        const before = this.#made.get(name)
        if (before !== undefined && before !== made.id)
          this.#world.violation(`exactly once: requests of one key made a second ${job.kind}`)
        this.#made.set(name, made.id)
        return made
      },
    }
  }
}
