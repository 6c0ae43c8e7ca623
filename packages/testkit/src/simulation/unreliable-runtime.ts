import type { Runtime } from '@piecework/core/store'
import type { SimulatedProcess } from './simulated-process.js'
import type { World } from './world.js'

/** A runtime of one process, between which and its caller tasks are lost, doubled and delayed. */
export function unreliable(runtime: Runtime, process: SimulatedProcess, world: World): Runtime {
  const { random } = process
  return {
    start: (handle) => runtime.start(handle),
    stop: (options) => runtime.stop(options),
    submit: async (tasks, { delayMs = 0 } = {}) => {
      await process.sleep(random.below(4))
      for (const task of tasks) {
        if (random.chance(world.rates.lost)) {
          world.fault(`${process.name}: loses ${task.node}`)
          continue
        }
        const times = random.chance(world.rates.doubled) ? 2 : 1
        if (times === 2) world.fault(`${process.name}: doubles ${task.node}`)
        for (let time = 0; time < times; time++)
          await runtime.submit([task], { delayMs: delayMs + random.below(world.rates.lateMs) })
      }
    },
  }
}
