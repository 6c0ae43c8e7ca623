import {
  type Database,
  databaseOf,
  type Finding,
  isPieceworkError,
  type Lease,
  type NodeResult,
  PieceworkError,
  type Queryable,
  type Store,
  type Transaction,
} from '@piecework/core/store'
import { isHeld, leaseLost } from '../lease.js'
import type { LeaseHolder, TaskOfWorker } from '../lease-holder.js'
import { storableResult } from '../storable.js'
import { lapsedSql } from '../take-over.js'
import { commitBeside } from './commit-beside.js'
import { copyFromStore } from './copied-keys.js'
import { dropTold } from './drop-told.js'
import { raiseFence } from './raise-fence.js'
import { copyMore, hasMore } from './told-with.js'

/** What an attempt has committed in another database, and the store does not know yet. */
interface CommittedBeside {
  readonly result: NodeResult
  /** Copies what belongs to it into the transaction that tells the store. Absent: nothing. */
  readonly copy?: (tx: Queryable) => Promise<void>
}

/** Attempts at nodes that write in other databases than the store's. */
export function besideAttempts(
  databases: Store['databases'],
  control: Database,
  { storeId, embedded }: LeaseHolder,
) {
  const find = (name: string): Database =>
    databaseOf({ database: control, ...(databases && { databases }) }, name)
  return {
    /** The work and its result, once for all attempts. Throws `lease-lost`. */
    run: async (
      lease: Lease,
      todo: (tx: Transaction) => Promise<NodeResult>,
      signal: AbortSignal | undefined,
    ): Promise<CommittedBeside> => {
      const database = find(lease.node.database ?? '')
      if (lease.node.task !== 'keys') await copyFromStore(control, database, lease.job.id)
      const work = async (tx: Transaction) => storableResult(await todo(tx), (ask) => ask(tx))
      const result = await commitBeside({ database, control }, lease, work, signal)
      if (!(await hasMore(database, lease))) return { result }
      return { result, copy: (tx) => copyMore(database, lease, tx) }
    },

    /** The last step writes in any database: its fence is raised there first, for nothing else does it. */
    runIn: async (
      name: string,
      lease: Lease,
      work: (tx: Transaction) => Promise<readonly Finding[]>,
      signal: AbortSignal | undefined,
    ): Promise<readonly Finding[]> => {
      const database = find(name)
      if (!(await isHeld(control, lease))) throw leaseLost(lease)
      await raiseFence(database, { job: lease.job.id, node: lease.node.id, fence: lease.fence })
      return commitBeside({ database, control }, lease, work, signal)
    },

    /**
     * Before a lease that has lapsed is taken over: the fence of the next one. Resolves to the fence of the lease, which
     * must be the same then; undefined if the node writes in the store's database, or its lease has been taken over.
     */
    raiseForNext: async ({ job, node }: TaskOfWorker): Promise<number | undefined> => {
      const { rows } = await control.query<{ database: string | null; fence: string }>(
        `SELECT n.database, n.fence::text AS fence FROM piecework.nodes n
         WHERE n.job_id = $3 AND n.id = $4 AND ${lapsedSql}`,
        [storeId, String(embedded), job, node],
      )
      const [found] = rows
      if (!found || found.database === null) return undefined
      const fence = Number(found.fence)
      await raiseFence(find(found.database), { job, node, fence: fence + 1 }).catch((error: unknown) => {
        throw waiting(job, node, error)
      })
      return fence
    },

    /** After the end of a job. What is away now is dropped at the end of another one. */
    drop: async (job: string): Promise<void> => {
      for (const database of Object.values(databases ?? {}))
        await dropTold(database, control, job).catch(() => undefined)
    },

    /** Before an attempt that has failed is recorded: nothing of it may commit afterwards. Throws `lease-lost`. */
    close: async (lease: Lease): Promise<void> => {
      const { job, node, fence } = lease
      // A process without the database has not worked there.
      if (node.database === undefined || !databases || !Object.hasOwn(databases, node.database)) return
      if (!(await isHeld(control, lease))) throw leaseLost(lease)
      await raiseFence(find(node.database), { job: job.id, node: node.id, fence: fence + 1 })
    },
  }
}

/** What nothing is recorded of: it goes on where this is repeated. */
function waiting(job: string, node: string, error: unknown): unknown {
  if (!isPieceworkError(error, 'database')) return error
  const { cause, facts, retryable } = error
  const message = `Step "${node}" of job ${job} waits for the database of its piece. ${error.message}`
  return new PieceworkError('database', message, { cause, facts: { ...facts, job, node }, retryable })
}
