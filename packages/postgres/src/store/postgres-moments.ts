import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Database,
  isTerminal,
  type Lease,
  type MomentRead,
  type Moments,
  PieceworkError,
  type Transaction,
} from '@piecework/core/store'
import { sharesSnapshots } from '../database/autocommit-database.js'
import { defaults } from '../defaults.js'
import { type HeldMoment, HeldMoments } from './held-moments.js'
import { holdSnapshot, type SnapshotDatabase } from './held-snapshot.js'
import { runLazily } from './lazy-read-transaction.js'
import { addHolder, type MomentState, momentState, removeSnapshot, takeMoment } from './moment-rows.js'
import { type MomentSettings, snapshotSweep } from './sweep-snapshots.js'

/** A moment that a transaction can join. */
type Shared = Pick<HeldMoment, 'moment' | 'snapshot' | 'until'>
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

interface JoinDeps {
  readonly database: SnapshotDatabase
  readonly control: Database
  readonly held: HeldMoments
  readonly settings: MomentSettings
}

/** Joins the job's moment, or takes it. Undefined if the job needs none. */
async function join(deps: JoinDeps, lease: Lease): Promise<Shared | undefined> {
  const { control, settings } = deps
  for (let tried = 0; ; tried++) {
    const state = await momentState(control, lease.job.id)
    if (state.isAlone) return undefined
    if (state.ageMs >= settings.snapshotAgeMs) throw tooOld(settings.snapshotAgeMs)
    const shared = await joinOther(deps, lease, state)
    if (shared) return shared
    // What has changed meanwhile is looked at again.
    if (state.snapshots.length === 0) {
      const taken = await takeOwn(deps, lease, state.moment)
      if (taken) return taken
    }
    await pause(tried)
  }
}

/** Joins what another process holds. Undefined if that has ended. */
async function joinOther(
  { database, control, held, settings }: JoinDeps,
  lease: Lease,
  { moment, ageMs, snapshots }: MomentState,
): Promise<Shared | undefined> {
  const { id } = lease.job
  const until = performance.now() + settings.snapshotAgeMs - ageMs
  for (const snapshot of snapshots) {
    // What others hold can be read here as well.
    if (held.isFull) return { moment, snapshot, until }
    const own = await held
      .add(async () => {
        const one = await holdSnapshot(database, snapshot)
        const holder = { held: one, storeId: settings.storeId, lastBatch: lastBatch(lease) }
        const isAdded = await addHolder(control, id, moment, holder).catch(releasing(one))
        if (!isAdded) await one.release()
        return isAdded ? { ...holder, job: id, moment, snapshot: one.snapshot, until } : undefined
      })
      .catch(async (error: unknown) => {
        if (!isGone(error)) throw error
        await removeSnapshot(control, id, snapshot)
      })
    if (own) return own
  }
  return undefined
}

/** Takes a moment of its own for the job, after one that is lost. Undefined if another process was first. */
async function takeOwn(
  { database, control, held, settings }: JoinDeps,
  lease: Lease,
  lost: number,
): Promise<Shared | undefined> {
  if (held.isFull) throw noRoom()
  const until = performance.now() + settings.snapshotAgeMs
  return held.add(async () => {
    const one = await holdSnapshot(database)
    const holder = { held: one, storeId: settings.storeId, lastBatch: lastBatch(lease) }
    const isTaken = await takeMoment(control, lease, lost, holder).catch(releasing(one))
    if (!isTaken) await one.release()
    return isTaken
      ? { ...holder, job: lease.job.id, moment: lost + 1, snapshot: one.snapshot, until }
      : undefined
  })
}

const releasing =
  (held: { release(): Promise<void> }) =>
  async (error: unknown): Promise<never> => {
    await held.release()
    throw error
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

/** The last batch of the job that reads: parts are exported in the one after their plan. */
const lastBatch = ({ node }: Lease): number => node.batch + (node.task === 'plan' ? 1 : 0)

/** PostgreSQL knows no snapshot of that name, or the transaction that has exported it is over. */
function isGone(error: unknown): boolean {
  const state = error instanceof PieceworkError ? error.facts.sqlState : undefined
  return state === '22023' || state === '42704' || state === '55000'
}

async function pause(tried: number): Promise<void> {
  if (tried >= defaults.momentTries)
    throw new PieceworkError('database', 'The snapshot of the job changes all the time.', { retryable: true })
  await sleep(defaults.momentPauseMs * tried)
}

function noRoom(): PieceworkError {
  const message = 'This process holds snapshots for as many exports as its connections allow.'
  const facts = { givenBackForMs: defaults.snapshotWaitMs }
  return new PieceworkError('too-many-jobs', message, { retryable: true, facts })
}

function tooOld(limitMs?: number): PieceworkError {
  const limit = limitMs === undefined ? '' : ` (${limitMs} ms)`
  const message = `The export was stopped because the moment at which it reads became older than snapshotAgeMs allows${limit}.`
  return new PieceworkError('snapshot-lost', message, { retryable: true })
}
