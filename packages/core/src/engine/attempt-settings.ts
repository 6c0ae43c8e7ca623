import type { Lease } from '../contracts/attempts.js'
import { followUpDefaults } from '../defaults.js'
import { followUpOf } from '../follow-ups/follow-up-nodes.js'
import type { FollowUps } from '../follow-ups/follow-ups.js'
import type { EngineSettings } from './engine-options.js'

/** Deliveries and follow-ups depend on servers of others: they have attempts and a time limit of their own. */
export function attemptSettings(
  { followUps }: { readonly followUps: FollowUps },
  settings: EngineSettings,
  { job, node }: Lease,
): EngineSettings {
  if (node.task === 'deliver') {
    const { deliveryAttempts: maxAttempts, deliveryTimeoutMs: nodeTimeoutMs } = settings
    return { ...settings, maxAttempts, nodeTimeoutMs }
  }
  if (node.task !== 'follow-up') return settings
  const followUp = followUps.get(followUpOf(job, node)?.request.action ?? '')
  const {
    maxAttempts = followUpDefaults.maxAttempts,
    backoffMs = followUpDefaults.backoffMs,
    timeoutMs: nodeTimeoutMs = followUpDefaults.timeoutMs,
  } = followUp ?? {}
  return { ...settings, maxAttempts, backoffMs, nodeTimeoutMs }
}
