import type { EngineDeps } from '../engine/engine-deps.js'
import type { JobLimits } from './job-limits.js'

export interface RequestDeps extends EngineDeps {
  readonly jobLimits: JobLimits
}
