import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, isPieceworkError, type Lease, PieceworkError } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import type { HeldMoment, HeldMoments } from './held-moments.js'
import { holdSnapshot, type SnapshotDatabase } from './held-snapshot.js'
import { addHolder, type MomentState, momentState, removeSnapshot, takeMoment } from './moment-rows.js'
import type { MomentSettings } from './sweep-snapshots.js'

/** A moment that a transaction can join. */
export type Shared = Pick<HeldMoment, 'moment' | 'snapshot' | 'until'>

interface JoinDeps {
  readonly database: SnapshotDatabase
  readonly control: Database
  readonly held: HeldMoments
  readonly settings: MomentSettings
}

/** Joins the job's moment, or takes it. Undefined if the job needs none. */
export async function join(deps: JoinDeps, lease: Lease): Promise<Shared | undefined> {
  const { control, settings } = deps
  for (let tried = 0; ; tried++) {
    const state = await momentState(control, lease.job.id)
    if (state.isAlone) return undefined
    if (state.ageMs >= settings.snapshotAgeMs) throw tooOld()
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
        const holder = { held: one, storeId: settings.storeId, lastBatch: lease.node.batch }
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
    const holder = { held: one, storeId: settings.storeId, lastBatch: lease.node.batch }
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

/** PostgreSQL knows no snapshot of that name, or the transaction that has exported it is over. */
export function isGone(error: unknown): boolean {
  const state = isPieceworkError(error, 'database') ? error.facts.sqlState : undefined
  return state === '22023' || state === '42704' || state === '55000'
}

/** Between two looks at what others change. Throws `database` when that goes on. */
export async function pause(tried: number): Promise<void> {
  if (tried >= defaults.momentTries)
    throw new PieceworkError('database', 'The snapshot of the job changes all the time.', { retryable: true })
  await sleep(defaults.momentPauseMs * tried)
}

function noRoom(): PieceworkError {
  const message = 'This process holds snapshots for as many exports as its connections allow.'
  const facts = { givenBackForMs: defaults.snapshotWaitMs }
  return new PieceworkError('too-many-jobs', message, { retryable: true, facts })
}

export function tooOld(): PieceworkError {
  const message =
    'The export was stopped because the moment at which it reads became older than snapshotAgeMs of postgresStore() allows.'
  return new PieceworkError('snapshot-lost', message, { retryable: true })
}
