import type { Attempts, GivenBack, Lease, NodeResult } from '../contracts/attempts.js'
import { type JobError, PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Task } from '../contracts/runtime.js'
import type { Store } from '../contracts/store.js'
import { isOpen, isThrottled, outlivesStop } from '../engine/machine.js'
import { taskOf } from '../engine/task-of.js'
import { assertLater, takenOn } from '../plan/assert-later.js'
import { databaseOf } from '../plan/in-database.js'
import { leased } from './leased.js'
import type { MemoryJob } from './memory-job.js'
import type { MemoryNode } from './memory-node.js'
import type { MemoryState } from './state.js'

export function memoryAttempts(
  state: MemoryState,
  where: Pick<Store, 'database' | 'databases'>,
  leaseMs: number,
): Attempts {
  return {
    begin: async (task) => begin(state, task, leaseMs),
    run: async (lease, work, options = {}) => {
      const result = await databaseOf(where, lease.node.database)
        .transaction(async (tx) => {
          const done = typeof work === 'function' ? await work(tx) : work
          options.signal?.throwIfAborted()
          const { nodes = [] } = done
          assertLater(lease, nodes)
          const { entry, slot } = leased(state, lease)
          entry.assertNew(nodes)
          assertOfMoment(entry, lease, done)
          slot.committing = true
          return done
        }, options)
        .catch((error: unknown) => {
          const slot = state.jobs.get(lease.job.id)?.nodes.get(lease.node.id)
          // Another attempt may be committing by now.
          if (slot?.fence === lease.fence) slot.committing = false
          throw error
        })
      const { entry, slot } = leased(state, lease)
      slot.committing = false
      return end(state, entry, slot, result)
    },
    runIn: (name, lease, work, options = {}) =>
      databaseOf(where, name).transaction(async (tx) => {
        leased(state, lease)
        const found = await work(tx)
        options.signal?.throwIfAborted()
        leased(state, lease)
        return found
      }, options),
    fail: async (lease, error, findings, next) => {
      const { entry, slot } = leased(state, lease)
      slot.leaseUntil = 0
      if (next === undefined) return end(state, entry, slot, { error, findings })
      if (typeof next === 'object') giveBack(state, entry.job, slot, next, error)
      else again(state, entry.job, slot, error, next)
      return entry.job
    },
    heartbeat: async (lease, progress) => {
      const { entry, slot } = leased(state, lease)
      const { stopped, error } = entry.job
      if (!stopped || outlivesStop(slot.node.task)) slot.leaseUntil = state.environment.now() + leaseMs
      if (progress) slot.node = { ...slot.node, progress }
      return stopped && error ? { stopped: error } : {}
    },
    overdue: async (submittedBefore) =>
      [...state.jobs.values()].flatMap((entry) => overdue(state, entry, submittedBefore)),
  }
}

/** As in SQL: a moment that is lost takes back its nodes, and their leases. */
function assertOfMoment({ moment: { number } }: MemoryJob, { node }: Lease, { moment }: NodeResult): void {
  if (moment === undefined || moment === number) return
  throw new PieceworkError('lease-lost', `${node.id} has read at a moment that is lost.`)
}

function begin(state: MemoryState, { job: id, node, attempt }: Task, leaseMs: number): Lease | undefined {
  const entry = state.jobs.get(id)
  const slot = entry?.nodes.get(node)
  if (!entry || !slot || !mayBegin(state, entry.job, slot, attempt)) return undefined
  if (slot.node.status === 'running') slot.crashes += 1
  slot.fence += 1
  slot.leaseUntil = state.environment.now() + leaseMs
  slot.node = { ...slot.node, status: 'running', startedAt: slot.node.startedAt ?? state.now() }
  const job = state.apply(entry, { type: 'started' })
  return { job, node: slot.node, attempt, fence: slot.fence, crashes: slot.crashes }
}

function mayBegin(state: MemoryState, job: Job, slot: MemoryNode, attempt: number): boolean {
  if (!isOpen(job) || isThrottled(job)) return false
  if (slot.node.batch !== job.batch || slot.node.attempt !== attempt) return false
  return slot.node.status === 'waiting' || hasLapsed(state, slot)
}

function hasLapsed(state: MemoryState, { node, leaseUntil, committing }: MemoryNode): boolean {
  return node.status === 'running' && leaseUntil <= state.environment.now() && !committing
}

function overdue(state: MemoryState, { job, nodes }: MemoryJob, submittedBefore: Date): readonly Task[] {
  if (!isOpen(job) || job.status === 'draft' || isThrottled(job)) return []
  const current = [...nodes.values()].filter(({ node }) => node.batch === job.batch)
  const lapsed = new Set(current.filter((slot) => hasLapsed(state, slot)))
  const since = Math.max(submittedBefore.getTime(), ...[...lapsed].map(({ leaseUntil }) => leaseUntil))
  const lost = current.filter(({ node, submittedAt }) => node.status === 'waiting' && submittedAt <= since)
  for (const slot of lost) slot.submittedAt = state.environment.now()
  return current
    .filter((slot) => lapsed.has(slot) || lost.includes(slot))
    .map(({ node }) => taskOf(job, node))
}

/** The node has ended, and what follows from it happens in the same step. */
function end(state: MemoryState, entry: MemoryJob, slot: MemoryNode, done: NodeResult): Job {
  const {
    counts,
    progress,
    entries,
    moment,
    version,
    reusedFrom,
    output,
    error,
    findings = [],
    nodes = [],
    result,
  } = done
  entry.findings.push(...findings.map((finding) => ({ node: slot.node.id, finding })))
  const finish = slot.node.task === 'finish'
  if (finish && error) {
    again(state, entry.job, slot, error, undefined)
    return state.apply(entry, { type: 'finish-failed', error })
  }
  // A node that is done keeps no error of an attempt that failed before.
  const { error: _before, ...known } = slot.node
  const node: JobNode = {
    ...known,
    status: error ? 'failed' : 'done',
    endedAt: state.now(),
    ...(counts && { counts }),
    ...(progress && { progress }),
    ...(entries && { entries }),
    ...(moment !== undefined && { moment }),
    ...(version !== undefined && { version }),
    ...(reusedFrom !== undefined && { reusedFrom }),
    ...(output !== undefined && { output }),
    ...(error && { error }),
  }
  slot.node = node
  slot.leaseUntil = 0
  entry.open[node.batch] = (entry.open[node.batch] ?? 1) - 1
  if (!error) state.extend(entry, takenOn(entry.job, nodes))
  const remaining = entry.open[node.batch] ?? 0
  if (finish) return state.apply(entry, { type: 'finished', ...(result && { result }) })
  if (error) return state.apply(entry, { type: 'node-failed', remaining, error })
  return state.apply(entry, { type: 'node-done', remaining, ...(result && { result }) })
}

function again(
  state: MemoryState,
  job: Job,
  slot: MemoryNode,
  error: JobError,
  inMs: number | undefined,
): void {
  const attempt = slot.node.attempt + 1
  slot.node = { ...slot.node, status: 'waiting', attempt, error }
  slot.submittedAt = state.environment.now() + (inMs ?? 0)
  if (inMs === undefined) return
  state.put({
    type: 'task',
    task: taskOf(job, slot.node),
    notBefore: new Date(state.environment.now() + inMs),
  })
}

function giveBack(
  state: MemoryState,
  job: Job,
  slot: MemoryNode,
  { givenBackForMs, told }: GivenBack,
  error: JobError,
): void {
  slot.node = { ...slot.node, status: 'waiting', ...(told && { error }) }
  slot.submittedAt = state.environment.now() + givenBackForMs
  state.put({ type: 'task', task: taskOf(job, slot.node), notBefore: new Date(slot.submittedAt) })
}
