import type { Environment } from '../contracts/environment.js'
import type { Job } from '../contracts/jobs.js'
import { engineTimes } from '../defaults.js'
import { isTerminal } from '../engine/machine.js'
import type { PieceworkEmitter } from '../events.js'

export interface NextEvent {
  readonly promise: Promise<void>
  /** Listens no more. */
  stop(): void
}

/**
 * Resolves soon after something happened to the job in this process, and after `engineTimes.watchMs` at the
 * latest. `of`: what counts as something.
 */
export function nextEvent(
  { events, environment }: { readonly events: PieceworkEmitter; readonly environment: Environment },
  id: string,
  signal?: AbortSignal,
  of: 'status' | 'nodes' = 'nodes',
): NextEvent {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  let cancelSoon: (() => void) | undefined
  const wake = () => {
    cancelSoon ??= environment.after(engineTimes.watchLeastMs, resolve)
  }
  const onJob = (job: Job) => {
    if (job.id === id) isTerminal(job.status) ? resolve() : wake()
  }
  const onNode = (event: { readonly job: string }) => {
    if (event.job === id) wake()
  }
  const cancelLatest = environment.after(engineTimes.watchMs, resolve)
  const abort = () => resolve()
  events.on('job:status', onJob)
  if (of === 'nodes') events.on('node:done', onNode).on('node:failed', onNode).on('node:progress', onNode)
  signal?.addEventListener('abort', abort)
  return {
    promise,
    stop: () => {
      cancelLatest()
      cancelSoon?.()
      events.off('job:status', onJob)
      events.off('node:done', onNode).off('node:failed', onNode).off('node:progress', onNode)
      signal?.removeEventListener('abort', abort)
    },
  }
}
