import type { Lease } from '../contracts/attempts.js'
import type { Database } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Moments } from '../contracts/moments.js'
import { storeDefaults } from '../defaults.js'
import { isTerminal } from '../engine/machine.js'
import { taskOf } from '../engine/task-of.js'
import { leased } from './leased.js'
import type { MemoryJob } from './memory-job.js'
import type { MemoryNode } from './memory-node.js'
import { entryOf, type MemoryState } from './state.js'

/** A database that can show what it holds now for as long as it is wanted. */
export interface SnapshotDatabase extends Database {
  /** Read-only transactions, all of which see what there is now. */
  snapshot(): Database['transaction']
}

export interface MemoryMoments extends Moments {
  /** Those of another process on the same store. */
  beside(): Moments
}

export function sharesSnapshots(database: Database): database is SnapshotDatabase {
  return 'snapshot' in database
}

export function memoryMoments(state: MemoryState, database: SnapshotDatabase): MemoryMoments {
  const beside = (): Moments => momentsOf(state, database, Symbol('process'))
  return { ...beside(), beside }
}

function momentsOf(state: MemoryState, database: SnapshotDatabase, holder: symbol): Moments {
  const letGo = (entry: MemoryJob): void => {
    entry.moment.holders.delete(holder)
    if (entry.moment.holders.size === 0) delete entry.moment.see
  }
  const letGoOfEnded = (): void => {
    for (const entry of state.jobs.values()) if (hasRead(entry, entry.job)) letGo(entry)
  }
  return {
    read: async (lease, work, { signal }) => {
      const options = { readOnly: true, signal }
      const entry = entryOf(state, lease.job.id)
      if (isAlone(entry)) return { value: await database.transaction(work, options) }
      const see = entry.moment.see ?? take(state, entry, lease, database.snapshot())
      entry.moment.holders.add(holder)
      const { number } = entry.moment
      return { value: await see(work, options), moment: number }
    },
    isTaken: async (job) => entryOf(state, job).moment.number > 0,
    seen: async (job) => {
      const entry = state.jobs.get(job.id)
      if (entry && hasRead(entry, job)) letGo(entry)
    },
    sweep: async () => letGoOfEnded(),
    release: async () => {
      for (const entry of state.jobs.values()) letGo(entry)
    },
  }
}

const readers = (entry: MemoryJob): readonly MemoryNode[] =>
  [...entry.nodes.values()].filter(({ node }) => node.task === 'plan' || node.task === 'export')

function isAlone(entry: MemoryJob): boolean {
  const reading = readers(entry)
  return reading.length < 2 && reading.every(({ node }) => node.task === 'export')
}

function hasRead(entry: MemoryJob, { status, batch }: Job): boolean {
  return isTerminal(status) || readers(entry).every(({ node }) => node.batch < batch)
}

/** The job reads what is seen from now on; what it has read before, or taken over, it reads again. Throws `lease-lost`. */
function take(
  state: MemoryState,
  entry: MemoryJob,
  lease: Lease,
  see: Database['transaction'],
): Database['transaction'] {
  // One that has lost its lease would take back what others have read since.
  leased(state, lease)
  const { node } = lease
  const { moment } = entry
  const again = readers(entry).filter((slot) => slot.node.id !== node.id && isReadAgain(slot, moment.number))
  const isLoss = moment.number > 0 && again.some((slot) => slot.node.status === 'done')
  if (isLoss && moment.lost === storeDefaults.lostMoments) throw lostTooOften()
  if (isLoss) moment.lost += 1
  moment.number += 1
  moment.see = see
  entry.job = { ...entry.job, snapshotTakenAt: state.now() }
  for (const slot of again) takeBack(state, entry, slot)
  const [first] = again
  if (first) state.put({ type: 'batch', job: entry.job.id, batch: first.node.batch })
  return see
}

function isReadAgain({ node }: MemoryNode, lost: number): boolean {
  if (node.task !== 'export') return false
  return (
    // Before the first moment what runs has read nothing.
    (node.status === 'running' && lost > 0) ||
    (node.status === 'done' && (node.reusedFrom !== undefined || node.moment === lost))
  )
}

function takeBack(state: MemoryState, entry: MemoryJob, slot: MemoryNode): void {
  const { id, task, batch, resource, piece, part, status, attempt, startedAt } = slot.node
  if (status === 'done') entry.open[batch] = (entry.open[batch] ?? 0) + 1
  slot.fence += 1
  slot.leaseUntil = 0
  slot.committing = false
  slot.submittedAt = state.environment.now()
  slot.node = {
    ...{ id, task, batch, attempt, status: 'waiting' },
    ...(resource && { resource }),
    ...(piece !== undefined && { piece }),
    ...(part && { part }),
    ...(startedAt && { startedAt }),
  }
  const found = entry.findings.filter((one) => one.node !== id)
  entry.findings.splice(0, entry.findings.length, ...found)
  if (attempt > 1) state.put({ type: 'task', task: taskOf(entry.job, slot.node), notBefore: state.now() })
}

function lostTooOften(): PieceworkError {
  const times = storeDefaults.lostMoments + 1
  const message = `The moment at which the export reads was lost ${times} times: all processes that held it have ended.`
  return new PieceworkError('snapshot-lost', message, { retryable: true })
}
