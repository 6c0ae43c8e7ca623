import type { PieceworkEmitter } from '../events.js'
import { systemEnvironment } from '../system-environment.js'
import { removeAbandonedFolders } from './remove-abandoned-folders.js'

/** Deletes what killed processes have left on the temporary disk of this machine, at once and at every interval. */
export interface TemporarySweeper {
  start(): void
  stop(): void
}

/** By the clock of this machine, as its files are. */
export function createTemporarySweeper(events: PieceworkEmitter, sweepMs: number): TemporarySweeper {
  let stopping = new AbortController()
  let stopTimer = (): void => undefined
  const sweep = (): void => {
    removeAbandonedFolders(stopping.signal).catch((error: unknown) => void events.emit('error', error))
  }
  return {
    start: () => {
      stopping = new AbortController()
      sweep()
      stopTimer = systemEnvironment.every(sweepMs, sweep)
    },
    stop: () => {
      stopTimer()
      stopping.abort()
    },
  }
}
