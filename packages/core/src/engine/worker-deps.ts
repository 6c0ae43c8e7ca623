import type { Job } from '../contracts/jobs.js'
import type { PieceworkEmitter } from '../events.js'
import type { EngineDeps } from './engine-deps.js'

export interface WorkerDeps extends EngineDeps {
  readonly events: PieceworkEmitter
  /** Called with the job after each change. */
  report(job: Job): void
}
