import { randomUUID } from 'node:crypto'
import { type Database, type Edit, type Guard, PieceworkError } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { acquireHold, assertNotHeld, holdersOf, lockRoots } from './claims.js'
import { invalidateRetries } from './retry-invalidation.js'

export function postgresGuard(control: Database): Guard {
  const release = async (hold: string): Promise<void> => {
    await control.query('DELETE FROM piecework.holds WHERE id = $1::uuid', [hold])
  }
  return {
    claim: async (paths, holder) => {
      const hold = await control.transaction((tx) => acquireHold(tx, { paths, holder }))
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
          'SELECT FROM piecework.holds WHERE id = $1::uuid AND expires_at > clock_timestamp()',
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

/** The host's transaction holds its edit by itself: it cannot lapse before its last write. */
const untilCommit: Edit = { check: async () => {} }
