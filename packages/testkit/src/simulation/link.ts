import { PieceworkError } from '@piecework/core/store'
import type { SimulatedProcess } from './simulated-process.js'
import type { World } from './world.js'

export type Place = 'database' | 'storage'

/** What lies between one process and what it calls. */
export class Link {
  readonly process: SimulatedProcess
  readonly world: World
  /** Transactions are single steps: nothing waits inside of them. */
  readonly isAtomic: boolean
  readonly #out = new Map<Place, number>()
  readonly #disconnected: (() => void)[] = []

  constructor(process: SimulatedProcess, world: World, isAtomic: boolean) {
    this.process = process
    this.world = world
    this.isAtomic = isAtomic
  }

  /** Nothing arrives for so long. */
  cut(place: Place, ms: number): void {
    this.#out.set(place, this.world.time.now + ms)
    if (place === 'database') for (const disconnected of this.#disconnected) disconnected()
  }

  /** Called when all connections to the database are lost. */
  whenDisconnected(disconnected: () => void): void {
    this.#disconnected.push(disconnected)
    this.process.whenDead(disconnected)
  }

  /** A call that takes its time, may not arrive, and whose answer may not arrive. */
  async call<T>(place: Place, what: string, work: () => Promise<T>): Promise<T> {
    const { process, world } = this
    await process.sleep(process.random.below(6))
    if (this.#isOut(place)) throw lost(place)
    if (process.random.chance(world.rates.refused)) {
      world.fault(`${process.name}: ${what} is not received`)
      throw lost(place)
    }
    try {
      return await work()
    } finally {
      await this.#answer(place, what)
    }
  }

  /** Before each query of a transaction, and before its end. */
  async step(): Promise<void> {
    const { process, world } = this
    if (process.random.chance(world.rates.inside)) this.#breakInside()
    if (this.isAtomic && !process.isAwake) throw lost('database')
    if (!this.isAtomic) await process.sleep(process.random.below(20))
  }

  #isOut(place: Place): boolean {
    return (this.#out.get(place) ?? 0) > this.world.time.now
  }

  async #answer(place: Place, what: string): Promise<void> {
    const { process, world } = this
    await process.sleep(process.random.below(6))
    const isLost = process.random.chance(world.rates.unanswered)
    if (isLost) world.fault(`${process.name}: the answer to ${what} is lost`)
    if (isLost || this.#isOut(place)) throw lost(place)
  }

  #breakInside(): void {
    const { process, world } = this
    const what = process.random.pick(['cut', 'freeze', 'kill'] as const)
    world.fault(`${process.name}: ${what} in a transaction`)
    if (what === 'cut') throw lost('database')
    if (what === 'kill') process.kill()
    else process.freeze(1000 + process.random.below(8000))
  }
}

/** What takes a piece its time. */
export const workOn = ({ process, isAtomic }: Link): Promise<void> =>
  isAtomic ? process.awake() : process.sleep(process.random.below(1200))

function lost(place: Place): PieceworkError {
  return place === 'database'
    ? new PieceworkError('database', 'The connection to the database failed: it was cut.', {
        retryable: true,
      })
    : new PieceworkError('storage', 'The artifact store does not answer.', { retryable: true })
}
