import { randomUUID } from 'node:crypto'
import type { Database, Transaction } from '@piecework/core/store'
import type { AutocommitDatabase } from '../database/autocommit-database.js'
import { deferred } from './deferred.js'
import { lockKey } from './lock-key.js'

/** A transaction that stays open, so that others can see what it sees. */
export interface HeldSnapshot {
  /** A uuid. Its backend has the advisory lock `holderKey` of it. */
  readonly id: string
  /** As PostgreSQL names its export. */
  readonly snapshot: string
  /** When it was begun, by the database's clock; ISO 8601. */
  readonly at: string
  /** Throws if it is lost. */
  check(): Promise<void>
  /** Never throws. */
  release(): Promise<void>
}

export type SnapshotDatabase = Database & Pick<AutocommitDatabase, 'snapshotTransaction'>

export const holderKey = (id: string): string => lockKey('snapshot', id)

/** Holds a snapshot of now, or the one that another transaction has exported. */
export async function holdSnapshot(database: SnapshotDatabase, exported?: string): Promise<HeldSnapshot> {
  const id = randomUUID()
  const opened = deferred<{ readonly tx: Transaction; readonly snapshot: string; readonly at: string }>()
  const released = deferred<void>()
  const hold = async (tx: Transaction): Promise<void> => {
    const { rows } = await tx.query<{ snapshot: string; at: string }>(
      `SELECT pg_export_snapshot() AS snapshot, to_jsonb(piecework.now()) #>> '{}' AS at, pg_advisory_xact_lock($1::bigint)`,
      [holderKey(id)],
    )
    const [row] = rows
    if (row) opened.resolve({ tx, ...row })
    await released.promise
  }
  const ended =
    exported === undefined
      ? database.transaction(hold, { readOnly: true })
      : database.snapshotTransaction(exported, hold)
  ended.catch(opened.reject)
  const { tx, snapshot, at } = await opened.promise
  return {
    id,
    snapshot,
    at,
    check: async () => void (await tx.query('SELECT')),
    release: async () => {
      released.resolve()
      await ended.catch(() => {})
    },
  }
}
