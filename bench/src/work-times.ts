import type { CpuTime } from './cpu-time.js'
import { compared, type Measure } from './measure.js'

interface Times {
  readonly seconds: number[]
  readonly cpu: number[]
}

/** What works took, run by run. */
export class WorkTimes<Work extends string> {
  readonly #cpu: CpuTime
  readonly #times = new Map<Work, Times>()

  constructor(cpu: CpuTime) {
    this.#cpu = cpu
  }

  async measure<T>(work: Work, run: () => Promise<T>): Promise<T> {
    const [before, started] = [this.#cpu(), performance.now()]
    const result = await run()
    const times = this.#of(work)
    times.seconds.push((performance.now() - started) / 1000)
    times.cpu.push(this.#cpu() - before)
    return result
  }

  add(work: Work, seconds: number): void {
    this.#of(work).seconds.push(seconds)
  }

  /** Against `times` times the peer; `cpuRatio` is the same in time of the processors. */
  compared(
    name: string,
    [work, peer, times = 1]: readonly [Work, Work, number?],
    goal: { readonly reach: number; readonly aim: number },
    facts: Readonly<Record<string, unknown>>,
  ): Measure {
    const [ours, theirs] = [this.#of(work), this.#of(peer)]
    const often = (values: readonly number[]) => values.map((value) => value * times)
    const cpu = compared(name, ours.cpu, often(theirs.cpu), goal).ratio
    return compared(name, ours.seconds, often(theirs.seconds), goal, {
      ...facts,
      ...(ours.cpu.length > 0 && { cpuRatio: cpu }),
    })
  }

  #of(work: Work): Times {
    const times = this.#times.get(work) ?? { seconds: [], cpu: [] }
    this.#times.set(work, times)
    return times
  }
}
