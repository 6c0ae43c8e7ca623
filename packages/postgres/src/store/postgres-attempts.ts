import {
  type Attempts,
  type Database,
  isPieceworkError,
  type Job,
  type Lease,
  type NodeResult,
  type Store,
} from '@piecework/core/store'
import { terminateAbandonedBackend } from './attempt-lock.js'
import { Batcher } from './batcher.js'
import { besideAttempts } from './beside/beside-attempts.js'
import { endAttempt, isPlain, releaseAttempt, retryAttempt } from './end-attempt.js'
import { giveUpLease } from './give-up-lease.js'
import { JobCache } from './job-cache.js'
import { isHeld, leaseLost } from './lease.js'
import type { LeaseHolder } from './lease-holder.js'
import { type NodeTransition, nodeTransitions, type TransitionResult } from './node-transitions.js'
import { overdueTasks } from './overdue-tasks.js'
import { type Heartbeat, renewLeases } from './renew-leases.js'
import { storableResult } from './storable.js'
import { takeOver } from './take-over.js'
import { workInTransaction } from './work-in-transaction.js'

type QueuedTransition = NodeTransition & { readonly signal?: AbortSignal | undefined }

export function postgresAttempts(
  { database, databases }: Pick<Store, 'database' | 'databases'>,
  control: Database,
  holder: LeaseHolder,
): Attempts {
  const beside = besideAttempts(databases, control, holder)
  const cache = new JobCache()
  const transitions = new Batcher((batch: readonly QueuedTransition[]) =>
    unlessAborted(batch, (wanted) => nodeTransitions(control, cache, holder, wanted)),
  )
  const heartbeats = new Batcher((batch: readonly Heartbeat[]) =>
    control.transaction((tx) => renewLeases(tx, holder.leaseMs, batch)),
  )

  const storable = (result: NodeResult) => storableResult(result, (work) => control.transaction(work))
  const end = async (lease: Lease, told: NodeResult, signal: AbortSignal | undefined): Promise<Job> => {
    signal?.throwIfAborted()
    const result = await storable(told)
    if (!isPlain({ lease, result })) {
      return control.transaction((tx) => endAttempt(tx, cache, { lease, result }))
    }
    const job = await transitions.add({ end: { lease, result }, signal })
    if (isJob(job)) return job
    signal?.throwIfAborted()
    throw leaseLost(lease)
  }
  return {
    begin: async (task, worker) => {
      const begin = { ...task, worker }
      const result = await transitions.add({ begin })
      if (isJob(result)) return undefined
      if (result !== 'lapsed') return result
      const fence = databases && (await beside.raiseForNext(begin))
      return control.transaction((tx) => takeOver(tx, cache, holder, { ...begin, fence }))
    },
    run: async (lease, todo, { signal } = {}) => {
      try {
        if (typeof todo !== 'function') return await end(lease, todo, signal)
        if (lease.node.database === undefined) {
          const job = await workInTransaction({ database, cache, lease }, todo, signal)
          if (lease.node.task === 'finish') await beside.drop(job.id)
          return job
        }
        const { result, copy } = await beside.run(lease, todo, signal)
        return await (copy
          ? control.transaction(async (tx) => {
              await copy(tx)
              return endAttempt(tx, cache, { lease, result: await storableResult(result, (ask) => ask(tx)) })
            })
          : end(lease, result, signal))
      } catch (error) {
        // A worker that takes over terminates this backend: the lost connection is then only a consequence.
        const lost = isPieceworkError(error, 'database') && error.retryable && !(await isHeld(control, lease))
        throw lost ? leaseLost(lease, error) : error
      }
    },
    runIn: (name, lease, work, { signal } = {}) => beside.runIn(name, lease, work, signal),
    fail: async (lease, error, findings, next) => {
      try {
        await beside.close(lease)
      } catch (cause) {
        const waits = typeof next === 'object' && next.told === true
        if (isPieceworkError(cause, 'database')) await giveUpLease(control, lease, error, waits)
        throw cause
      }
      const result = await storable({ error, findings })
      return control.transaction(async (tx) => {
        if (!holder.embedded) await terminateAbandonedBackend(tx, lease)
        if (next === undefined) return endAttempt(tx, cache, { lease, result })
        return typeof next === 'object'
          ? releaseAttempt(tx, lease, next.givenBackForMs, next.told && (result.error ?? error))
          : retryAttempt(tx, lease, result.error ?? error, next)
      })
    },
    heartbeat: async (lease, progress) => {
      const held = await heartbeats.add({ lease, progress })
      if (!held) throw leaseLost(lease)
      return held
    },
    overdue: (submittedBefore) => overdueTasks(control, holder, submittedBefore),
  }
}

/** A transition whose signal was aborted while it was queued commits nothing. */
async function unlessAborted(
  batch: readonly QueuedTransition[],
  carryOut: (wanted: readonly NodeTransition[]) => Promise<readonly TransitionResult[]>,
): Promise<readonly TransitionResult[]> {
  const wanted = batch.filter(({ signal }) => !signal?.aborted)
  const results = wanted.length > 0 ? await carryOut(wanted) : []
  const byTransition = new Map(wanted.map((transition, index) => [transition, results[index]]))
  return batch.map((transition) => byTransition.get(transition))
}

const isJob = (result: TransitionResult): result is Job => typeof result === 'object' && 'kind' in result
