import type { Runtime } from '@piecework/core/store'
import type { SimulatedProcess } from './simulated-process.js'
import { deliveries } from './task-deliveries.js'
import type { World } from './world.js'

/** A runtime of one process, between which and its caller tasks are lost, doubled and delayed. */
export function unreliable(runtime: Runtime, process: SimulatedProcess, world: World): Runtime {
  const { random } = process
  return {
    start: (handle) => runtime.start(handle),
    stop: (options) => runtime.stop(options),
    submit: async (tasks, { delayMs = 0 } = {}) => {
      await process.sleep(random.below(4))
      for (const task of tasks)
        for (const lateMs of deliveries(world, random, process.name, task))
          await runtime.submit([task], { delayMs: delayMs + lateMs })
    },
  }
}
