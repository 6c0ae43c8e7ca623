import { randomUUID } from 'node:crypto'
import type { Environment } from './contracts/environment.js'

/** Lets other work of the process run that is due. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The time and the timers of this process. No other file of this package may ask for them. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  every: (ms, callback) => {
    const timer = setInterval(callback, ms).unref()
    return () => clearInterval(timer)
  },
  uuid: () => randomUUID(),
}
