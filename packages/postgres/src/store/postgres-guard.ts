import { randomUUID } from 'node:crypto'
import { type Database, type Edit, type Guard, PieceworkError } from '@piecework/core/store'
import { holdersOf, lockRoots, refuseBusy, takeHolds } from './holds.js'
import { touch } from './touch.js'

export function postgresGuard(control: Database): Guard {
  const free = async (hold: string): Promise<void> => {
    await control.query('DELETE FROM piecework.holds WHERE hold = $1::uuid', [hold])
  }
  return {
    claim: async (paths, holder) => {
      const hold = await control.transaction((tx) => takeHolds(tx, { paths, holder }))
      return { release: () => free(hold) }
    },
    edit: async (path, edit, { leaseMs = 30_000, tx } = {}) => {
      if (tx) {
        await lockRoots(tx, [path], true)
        await refuseBusy(tx, [path], true)
        await touch(tx, [path])
        return edit(untilCommit)
      }
      const holder = { id: randomUUID(), kind: 'edit' }
      const hold = await control.transaction((own) => takeHolds(own, { paths: [path], holder, leaseMs }))
      const check = async (): Promise<void> => {
        const { rowCount } = await control.query(
          'SELECT FROM piecework.holds WHERE hold = $1::uuid AND until > clock_timestamp()',
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
        await free(hold)
      }
    },
    checkEditable: async (path) => {
      await refuseBusy(control, [path], true)
      await touch(control, [path])
    },
    release: async (holder) => {
      await control.query('DELETE FROM piecework.holds WHERE holder_id = $1 AND job IS NULL AND NOT shared', [
        holder,
      ])
    },
    holders: (path) => holdersOf(control, path),
  }
}

/** An edit in the host's transaction is held by that transaction: it cannot lapse before its last write. */
const untilCommit: Edit = { check: async () => {} }
