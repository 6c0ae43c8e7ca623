import type { Database, Job, Lease, NodeResult, Transaction } from '@piecework/core/store'
import { type JoinedEnds, joins } from '../database/autocommit-database.js'
import { textLiteral } from '../database/text-literal.js'
import { lockAttemptSql } from './attempt-lock.js'
import { endAttempt, isPlain } from './end-attempt.js'
import { endAsJson } from './end-node.js'
import type { JobCache } from './job-cache.js'
import { leaseLost } from './lease.js'
import { storableResult } from './storable.js'

interface Deps {
  readonly database: Database
  readonly cache: JobCache
  readonly lease: Lease
}

/** The attempt's rows, the check of its lease and the end of its node in one transaction. Throws `lease-lost`. */
export function workInTransaction(
  { database, cache, lease }: Deps,
  todo: (tx: Transaction) => Promise<NodeResult>,
  signal: AbortSignal | undefined,
): Promise<Job> {
  const lock = lockAttemptSql(lease)
  const work = async (
    tx: Transaction,
    locked: { readonly rowCount: number },
    commit?: JoinedEnds['commit'],
  ): Promise<Job> => {
    if (locked.rowCount !== 1) throw leaseLost(lease)
    const result = await storableResult(await todo(tx), (ask) => ask(tx))
    signal?.throwIfAborted()
    const end = { lease, result }
    const isAmid = isPlain(end) && cache.isMidBatch([], [lease])
    const ended = isAmid && commit ? await commit(endAmidBatchSql(end)) : undefined
    const [row] = (ended?.rows ?? []) as readonly EndedRow[]
    if (!row) return endAttempt(tx, cache, end)
    cache.setRemaining(lease.job.id, lease.node.batch, Number(row.remaining))
    return cache.update(lease.job, row.mutable_columns)
  }
  const options = signal ? { signal } : {}
  return joins(database)
    ? database.joinedTransaction(lock, (tx, { begun, commit }) => work(tx, begun, commit), options)
    : database.transaction(async (tx) => work(tx, await tx.query(lock)), options)
}

interface EndedRow {
  readonly remaining: number
  readonly mutable_columns: string
}

const endAmidBatchSql = (end: Parameters<typeof endAsJson>[0]): string =>
  `SELECT remaining, mutable_columns FROM piecework.end_node_amid_batch(${textLiteral(JSON.stringify(endAsJson(end)))}::jsonb)`
