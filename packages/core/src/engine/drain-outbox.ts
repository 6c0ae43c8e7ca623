import type { Environment } from '../contracts/environment.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { OutboxItem } from '../contracts/outbox.js'
import type { Runtime } from '../contracts/runtime.js'
import type { Store } from '../contracts/store.js'
import { pageSizes } from '../defaults.js'
import { isOpen } from './machine.js'
import { nodePages } from './node-pages.js'
import { taskOf } from './task-of.js'

export interface OutboxDeps {
  readonly store: Store
  readonly runtime: Runtime
  readonly environment: Environment
  /** Called with the job after each change. */
  report(job: Job): void
  /** Called with what failed and will be tried again. */
  onError(error: unknown): void
}

/**
 * Carries out what the outbox holds until it is empty or the signal is aborted. What cannot be carried out
 * stays for the next sweep, and delays no other item.
 */
export async function drainOutbox(deps: OutboxDeps, signal: AbortSignal): Promise<void> {
  const { outbox } = deps.store
  const failed = new Set<string>()
  while (!signal.aborted) {
    const items = (await outbox.pending(pageSizes.outbox + failed.size)).filter(({ id }) => !failed.has(id))
    if (items.length === 0) return
    const done: string[] = []
    for (const item of items) {
      // A runtime that does not answer would delay the stop with each item.
      if (signal.aborted) break
      try {
        await carryOut(deps, item)
        done.push(item.id)
      } catch (error) {
        failed.add(item.id)
        deps.onError(error)
      }
    }
    if (done.length > 0) await outbox.acknowledge(done)
  }
}

/** Submits the item's task, or those of its batch that wait. Twice does no harm. */
export async function carryOut(deps: Omit<OutboxDeps, 'onError'>, { action }: OutboxItem): Promise<void> {
  const { store, runtime, environment, report } = deps
  if (action.type === 'task') {
    const delayMs = Math.max(0, action.notBefore.getTime() - environment.now())
    await runtime.submit([action.task], { delayMs })
    return
  }
  const job = await store.jobs.get(action.job)
  if (!job || !isOpen(job)) return
  if (job.status === 'pending') report(await store.jobs.submitted(job.id))
  for await (const nodes of nodePages(store.reports, job.id, { batch: action.batch })) {
    // An attempt after the first has an item of its own, with the time from which it may begin.
    const first = nodes.filter(({ task, attempt }) => attempt === 1 || task === 'finish')
    const waiting = first.filter(({ status }) => status === 'waiting')
    // Plans add what others can do.
    const isPlan = ({ task }: JobNode): boolean => task === 'plan'
    const ordered = [...waiting.filter(isPlan), ...waiting.filter((node) => !isPlan(node))]
    if (ordered.length > 0) await runtime.submit(ordered.map((node) => taskOf(job, node)))
  }
}
