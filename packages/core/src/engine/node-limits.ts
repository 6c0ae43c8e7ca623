import type { JobNode } from '../contracts/jobs.js'
import type { EngineSettings } from './engine-options.js'

export interface NodeLimits {
  readonly maxAttempts: number
  /** Of one attempt. */
  readonly timeoutMs: number | undefined
}

/** Deliveries depend on servers of others: they have limits of their own. */
export function nodeLimits(
  { task }: Pick<JobNode, 'task'>,
  settings: Pick<EngineSettings, 'maxAttempts' | 'nodeTimeoutMs' | 'deliveryAttempts' | 'deliveryTimeoutMs'>,
): NodeLimits {
  return task === 'deliver'
    ? { maxAttempts: settings.deliveryAttempts, timeoutMs: settings.deliveryTimeoutMs }
    : { maxAttempts: settings.maxAttempts, timeoutMs: settings.nodeTimeoutMs }
}
