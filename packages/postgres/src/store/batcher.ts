import { setImmediate as nextTurn } from 'node:timers/promises'

/** Large enough to share a commit, small enough that nobody waits long for it. */
const most = 64

interface Waiting<Item, Done> {
  readonly item: Item
  resolve(done: Done): void
  reject(error: unknown): void
}

/** What comes while a group is under way goes together in the next one. Where a group fails, each of it is tried by itself. */
export class Batcher<Item, Done> {
  readonly #carryOut: (items: readonly Item[]) => Promise<readonly Done[]>
  #waiting: Waiting<Item, Done>[] = []
  #underWay = false

  /** `carryOut` resolves to what became of each item, in their order. */
  constructor(carryOut: (items: readonly Item[]) => Promise<readonly Done[]>) {
    this.#carryOut = carryOut
  }

  add(item: Item): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#underWay) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#underWay = true
    while (this.#waiting.length > 0) {
      // What the last group has set free comes first.
      await nextTurn()
      const group = this.#waiting.slice(0, most)
      this.#waiting = this.#waiting.slice(most)
      if (!(await this.#together(group, group.length === 1))) {
        for (const one of group) await this.#together([one], true)
      }
    }
    this.#underWay = false
  }

  async #together(group: readonly Waiting<Item, Done>[], alone: boolean): Promise<boolean> {
    try {
      const done = await this.#carryOut(group.map(({ item }) => item))
      for (const [place, { resolve }] of group.entries()) resolve(done[place] as Done)
      return true
    } catch (error) {
      if (!alone) return false
      for (const { reject } of group) reject(error)
      return true
    }
  }
}
