import type { Database } from '@piecework/core/store'
import { terminateHolder } from './attempt-lock.js'
import type { HeldMoments } from './held-moments.js'
import { holderKey } from './held-snapshot.js'
import { removeHolders } from './moment-rows.js'

export interface MomentSettings {
  /** Of the store object. */
  readonly storeId: string
  readonly snapshotAgeMs: number
  /** How long another process may take to let go what is not needed any more. */
  readonly leaseMs: number
}

interface HolderRow {
  readonly job_id: string
  readonly holder: string
  readonly store_id: string
  readonly is_needed: boolean
}

/** Lets go what no job needs any more, and what is lost or too old. */
export function snapshotSweep(
  control: Database,
  held: HeldMoments,
  { storeId, snapshotAgeMs, leaseMs }: MomentSettings,
): () => Promise<void> {
  /** Of other processes, by holder: since when they are not needed, by `performance.now()`. */
  let unneeded = new Map<string, number>()
  return async () => {
    const before = held.all
    const rows = await holderRows(control, snapshotAgeMs)
    const needed = new Set(rows.filter((row) => row.is_needed).map(({ holder }) => holder))
    const checked = before.map(async ({ job, held: own }) => {
      const isLost = needed.has(own.id) && (await own.check().then(isFalse, isTrue))
      if (isLost || !needed.has(own.id)) await held.drop(job, own.id)
    })
    await Promise.all(checked)
    const now = performance.now()
    const others = rows.filter((row) => !row.is_needed && row.store_id !== storeId)
    unneeded = new Map(others.map(({ holder }) => [holder, unneeded.get(holder) ?? now]))
    for (const [holder, since] of unneeded) {
      // Its process has died, or is silent.
      if (since + leaseMs <= now) await endHolder(control, holder)
    }
  }
}

const isTrue = (): boolean => true
const isFalse = (): boolean => false

async function holderRows(control: Database, snapshotAgeMs: number): Promise<readonly HolderRow[]> {
  const { rows } = await control.query<HolderRow>(
    `SELECT s.job_id, s.holder::text, s.store_id,
       coalesce(NOT j.terminal AND j.batch <= s.last_batch AND j.moment = s.moment
         AND j.moment_at + $1::float8 * interval '1 millisecond' > piecework.now(), false) AS is_needed
     FROM piecework.snapshots s LEFT JOIN piecework.jobs j ON j.id = s.job_id`,
    [snapshotAgeMs],
  )
  return rows
}

async function endHolder(control: Database, holder: string): Promise<void> {
  const isGone = await control.transaction((tx) => terminateHolder(tx, holderKey(holder)))
  if (isGone) await removeHolders(control, [holder])
}
