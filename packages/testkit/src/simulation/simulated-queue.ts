import { PieceworkError, type Runtime, type Task, type TaskHandler } from '@piecework/core/store'
import type { Random } from './random.js'
import type { SimulatedProcess } from './simulated-process.js'
import { deliveries, named } from './task-deliveries.js'
import type { World } from './world.js'

interface Worker {
  readonly process: SimulatedProcess
  readonly handle: TaskHandler
  readonly running: Map<AbortController, Task>
  isStopped: boolean
}

const concurrency = 4

/** One queue for all processes, which loses, doubles and delays tasks. */
export class SimulatedQueue {
  readonly #world: World
  readonly #random: Random
  readonly #isReliable: boolean
  readonly #workers = new Set<Worker>()
  #generation = 0

  constructor(world: World, isReliable: boolean) {
    this.#world = world
    this.#random = world.random('queue')
    this.#isReliable = isReliable
  }

  runtimeOf(process: SimulatedProcess): Runtime {
    let worker: Worker | undefined
    let isStopped = false
    return {
      start: async (handle) => {
        worker = { process, handle, running: new Map(), isStopped: false }
        this.#add(worker)
      },
      submit: async (tasks, { delayMs = 0 } = {}) => {
        await process.sleep(process.random.below(4))
        if (isStopped) throw new PieceworkError('stopped', 'This runtime was stopped.')
        for (const task of tasks) this.#accept(task, delayMs)
      },
      stop: async ({ drainMs = 0 } = {}) => {
        isStopped = true
        if (worker) await this.#stop(worker, drainMs)
      },
    }
  }

  /** Forgets all that waits. */
  flush(): void {
    this.#generation += 1
  }

  #add(worker: Worker): void {
    this.#workers.add(worker)
    worker.process.whenDead(() => {
      this.#workers.delete(worker)
      // Those of a worker that does not answer any more are given to others.
      for (const task of worker.running.values()) this.#again(task, 2000)
    })
  }

  #accept(task: Task, delayMs: number): void {
    for (const lateMs of deliveries(this.#world, this.#random, 'queue', task))
      this.#later(task, delayMs + lateMs)
  }

  #again(task: Task, ms: number): void {
    if (this.#isReliable) this.#later(task, ms)
  }

  #later(task: Task, ms: number): void {
    const generation = this.#generation
    this.#world.time.after(ms, () => {
      if (generation === this.#generation) this.#deliver(task)
    })
  }

  #deliver(task: Task): void {
    const free = [...this.#workers].filter(
      ({ process, running, isStopped }) => process.isAwake && !isStopped && running.size < concurrency,
    )
    if (free.length === 0) {
      this.#later(task, 100)
      return
    }
    const worker = this.#random.pick(free)
    const controller = new AbortController()
    worker.running.set(controller, task)
    this.#world.note(`${worker.process.name}: ${named(task)}`)
    const end = (again: boolean): void => {
      worker.running.delete(controller)
      if (again) this.#again(task, 1000)
    }
    worker.handle(task, controller.signal).then(
      () => end(false),
      () => end(true),
    )
  }

  async #stop(worker: Worker, drainMs: number): Promise<void> {
    worker.isStopped = true
    this.#workers.delete(worker)
    const abortAt = this.#world.time.now + drainMs
    while (worker.running.size > 0) {
      if (this.#world.time.now >= abortAt)
        for (const controller of worker.running.keys())
          controller.abort(new PieceworkError('stopped', 'This runtime was stopped.'))
      await worker.process.sleep(20)
    }
  }
}
