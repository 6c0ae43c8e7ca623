import { randomUUID } from 'node:crypto'
import {
  type Database,
  type Edit,
  type Guard,
  PieceworkError,
  type ResourcePath,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { acquireHold, assertNotHeld, holdersOf, lockRoots } from './claims.js'
import { invalidateRetries } from './retry-invalidation.js'
import { committed } from './unknown-commit.js'

export function postgresGuard(control: Database): Guard {
  const release = async (hold: string): Promise<void> => {
    await control.query('DELETE FROM piecework.holds WHERE id = $1::uuid', [hold])
  }
  return {
    claim: async (paths, holder) => {
      const hold = await committed(
        control,
        (tx) => acquireHold(tx, { paths, holder }),
        (made) => findHold(control, made, paths),
      )
      return { release: () => release(hold) }
    },
    edit: async (path, edit, { leaseMs = defaults.editLeaseMs, tx } = {}) => {
      if (tx) {
        await lockRoots(tx, [path], true)
        await assertNotHeld(tx, [path], true)
        await invalidateRetries(tx, [path])
        return edit(untilCommit)
      }
      const holder = { id: randomUUID(), kind: 'edit' }
      const hold = await control.transaction((own) => acquireHold(own, { paths: [path], holder, leaseMs }))
      const check = async (): Promise<void> => {
        const { rowCount } = await control.query(
          'SELECT FROM piecework.holds WHERE id = $1::uuid AND expires_at > piecework.now()',
          [hold],
        )
        if (rowCount === 1) return
        throw new PieceworkError('lease-lost', `The edit of ${path} took longer than its ${leaseMs} ms.`)
      }
      try {
        const done = await edit({ check })
        await check()
        return done
      } finally {
        await release(hold)
      }
    },
    checkEditable: async (path) => {
      await assertNotHeld(control, [path], true)
      await invalidateRetries(control, [path])
    },
    release: async (holder) => {
      await control.query(
        'DELETE FROM piecework.holds WHERE holder_id = $1 AND job_id IS NULL AND NOT shared',
        [holder],
      )
    },
    holders: (path) => holdersOf(control, path),
  }
}

/** The hold, if it was taken: the transaction that takes it keeps the locks of its roots until it is over. */
const findHold = (
  control: Database,
  hold: string,
  paths: readonly ResourcePath[],
): Promise<string | undefined> =>
  control.transaction(async (tx) => {
    await lockRoots(tx, paths, true)
    const { rows } = await tx.query('SELECT FROM piecework.holds WHERE id = $1::uuid LIMIT 1', [hold])
    return rows.length > 0 ? hold : undefined
  })

/** The host's transaction holds its edit by itself: it cannot lapse before its last write. */
const untilCommit: Edit = { check: async () => {} }
