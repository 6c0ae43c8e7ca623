import {
  type Database,
  isTerminal,
  type Lease,
  type MomentRead,
  type Moments,
  type Transaction,
} from '@piecework/core/store'
import { sharesSnapshots } from '../database/autocommit-database.js'
import { HeldMoments } from './held-moments.js'
import type { SnapshotDatabase } from './held-snapshot.js'
import { isGone, join, pause, type Shared, tooOld } from './join-moment.js'
import { runLazily } from './lazy-read-transaction.js'
import { momentState, removeSnapshot } from './moment-rows.js'
import { type MomentSettings, snapshotSweep } from './sweep-snapshots.js'

type Use<T> = (tx: Transaction) => Promise<T>

/**
 * Undefined for what has one connection, which could not hold a snapshot and read. Transactions that see one snapshot are
 * held open by each process that takes part, so that the moment is lost only when all of them have ended.
 */
export function postgresMoments(
  database: Database,
  control: Database,
  settings: MomentSettings,
): Moments | undefined {
  if (!sharesSnapshots(database)) return undefined
  // Nodes that read, and whatever else the host does with its pool, need the others.
  const most = Math.floor((database.connections ?? 1) / 2)
  if (most === 0) return undefined
  const held = new HeldMoments(control, most)
  const joining = new Map<string, Promise<Shared | undefined>>()
  const deps = { database, control, held, settings }

  /** All nodes of a job that run here join once. */
  const joined = (lease: Lease): Promise<Shared | undefined> => {
    const { id } = lease.job
    const own = held.get(id)
    if (own) return Promise.resolve(own)
    const pending = joining.get(id) ?? join(deps, lease).finally(() => joining.delete(id))
    joining.set(id, pending)
    return pending
  }
  const forget = async (job: string, { snapshot }: Shared): Promise<void> => {
    if (held.get(job)?.snapshot === snapshot) await held.drop(job)
    else await removeSnapshot(control, job, snapshot)
  }

  /** Joins again as often as the snapshot has gone before anything has begun. */
  const reading = async <T>(lease: Lease, use: Use<T>, signal: AbortSignal): Promise<MomentRead<T>> => {
    for (let tried = 0; ; tried++) {
      signal.throwIfAborted()
      const shared = await joined(lease)
      if (!shared) return { value: await database.transaction(use, { readOnly: true, signal }) }
      const begun = await readShared(database, shared, use, signal)
      if (begun) return { value: begun.value, moment: shared.moment }
      await forget(lease.job.id, shared)
      await pause(tried)
    }
  }

  return {
    read: async (lease, work, { signal }) => {
      let moment: number | undefined
      const begin = async (use: typeof work) => {
        const read = await reading(lease, use, signal)
        moment = read.moment
        return read.value
      }
      const value = await runLazily(work, begin, signal)
      return { value, ...(moment !== undefined && { moment }) }
    },
    isTaken: async (job) => (await momentState(control, job)).moment > 0,
    seen: async ({ id, status, batch }) => {
      const own = held.get(id)
      if (own && (isTerminal(status) || batch > own.lastBatch)) await held.drop(id)
    },
    sweep: snapshotSweep(control, held, settings),
    release: async () => {
      await Promise.allSettled(joining.values())
      await held.dropAll()
    },
  }
}

/** Undefined, and nothing has begun, if the snapshot has gone. */
async function readShared<T>(
  database: SnapshotDatabase,
  { snapshot, until }: Shared,
  use: Use<T>,
  signal: AbortSignal,
): Promise<{ readonly value: T } | undefined> {
  const tooLate = new AbortController()
  const leftMs = Math.min(Math.max(0, until - performance.now()), 2 ** 31 - 1)
  const timer = setTimeout(() => tooLate.abort(tooOld()), leftMs).unref()
  let isBegun = false
  const begun: Use<T> = (tx) => {
    isBegun = true
    return use(tx)
  }
  try {
    const either = AbortSignal.any([signal, tooLate.signal])
    return { value: await database.snapshotTransaction(snapshot, begun, { signal: either }) }
  } catch (error) {
    if (isBegun || !isGone(error)) throw error
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
