import { type Database, isPieceworkError, type Job, type Lease, type Queryable } from '@piecework/core/store'
import { autocommits } from '../database/autocommit-database.js'
import { applyEvent } from './apply-event.js'
import { type AttemptEnd, endAsJson } from './end-node.js'
import { hasBegun, type JobCache } from './job-cache.js'
import type { LeaseHolder, TaskOfWorker } from './lease-holder.js'
import { lockJob } from './lock-job.js'
import { leasedNode } from './records.js'

/** A node begins, or ends plainly. */
export type NodeTransition =
  | { readonly begin: TaskOfWorker; readonly end?: never }
  | { readonly end: AttemptEnd; readonly begin?: never }

/**
 * The lease of a begin, or `lapsed` if another worker's lease has to be taken over; the job of an end.
 * Undefined for a task that has nothing to begin, and for a lease that is lost.
 */
export type TransitionResult = Lease | 'lapsed' | Job | undefined

/** Of a begin `attempt` is set, of an end `fence` and `remaining`. */
interface TransitionRow {
  readonly job_id: string
  readonly node_id: string
  readonly attempt: number | null
  readonly fence: string | null
  readonly remaining: number | null
  /** NULL for a begin whose lease has lapsed. */
  readonly node_row: string | null
  readonly mutable_columns: string | null
}

const transitionSql =
  'SELECT * FROM piecework.transition_nodes($1::jsonb, $2, $3::boolean, $4::float8, $5::jsonb, $6::boolean)'

/**
 * Carries out transitions of any nodes together: as one statement, unless the status or the batch of a job
 * changes too.
 */
export async function nodeTransitions(
  control: Database,
  cache: JobCache,
  holder: LeaseHolder,
  transitions: readonly NodeTransition[],
): Promise<readonly TransitionResult[]> {
  // The same task may come twice: only the last one gets a result.
  const byKey = new Map(transitions.map((transition) => [keyOf(transition), transition]))
  const begins = [...byKey.values()].flatMap(({ begin }) => begin ?? [])
  const ends = [...byKey.values()].flatMap(({ end }) => end ?? [])
  const resultsOf = async (
    db: Queryable,
    rows: readonly TransitionRow[],
    changed: ReadonlyMap<string, Job>,
  ) => {
    const results = new Map<string, TransitionResult>()
    for (const row of rows) {
      results.set(
        rowKey(row),
        await resultOf(db, cache, row, byKey.get(rowKey(row)), changed.get(row.job_id)),
      )
    }
    return transitions.map((transition) => {
      const key = keyOf(transition)
      return byKey.get(key) === transition ? results.get(key) : undefined
    })
  }
  const values = (standalone: boolean): readonly unknown[] => [
    JSON.stringify(begins),
    holder.storeId,
    String(holder.embedded),
    holder.leaseMs,
    JSON.stringify(ends.map(endAsJson)),
    String(standalone),
  ]

  const leases = ends.map(({ lease }) => lease)
  if (autocommits(control) && cache.isMidBatch(begins, leases)) {
    const rows = await unlessRefused(control.autocommit<TransitionRow>(transitionSql, values(true)))
    if (rows) return resultsOf(control, rows, new Map())
  }
  return control.transaction(async (tx) => {
    const { rows } = await tx.query<TransitionRow>(transitionSql, values(false))
    return resultsOf(tx, rows, await applyEvents(tx, cache, rows))
  })
}

/** `changed`: the job, if an event was applied to it. */
async function resultOf(
  db: Queryable,
  cache: JobCache,
  row: TransitionRow,
  transition: NodeTransition | undefined,
  changed: Job | undefined,
): Promise<TransitionResult> {
  if (row.mutable_columns === null) return 'lapsed'
  if (row.node_row !== null) {
    const job = changed ?? (await cache.current(db, row.job_id, row.mutable_columns))
    return { job, attempt: Number(row.attempt), ...leasedNode(row.node_row) }
  }
  if (!transition?.end) return undefined
  const { job, node } = transition.end.lease
  cache.setRemaining(job.id, node.batch, Number(row.remaining))
  return changed ?? cache.update(job, row.mutable_columns)
}

/**
 * Undefined if the database refused them: because more follows, or because of how the host has set its
 * transactions.
 */
async function unlessRefused(
  query: Promise<{ readonly rows: readonly TransitionRow[] }>,
): Promise<readonly TransitionRow[] | undefined> {
  try {
    return (await query).rows
  } catch (error) {
    const state = isPieceworkError(error, 'database') ? error.facts.sqlState : undefined
    if (state === needsTransaction || state === serializationFailure || state === readOnly) return undefined
    throw error
  }
}

/** SQLSTATE of `piecework.transition_nodes` if more must follow in the same transaction. */
const needsTransaction = 'PW001'
const serializationFailure = '40001'
const readOnly = '25006'

/**
 * Events of jobs whose first node has begun or whose batch has ended. Jobs are locked in the order of their
 * ids everywhere.
 */
async function applyEvents(
  tx: Queryable,
  cache: JobCache,
  rows: readonly TransitionRow[],
): Promise<ReadonlyMap<string, Job>> {
  const events = new Map<string, 'started' | 'node-done'>()
  for (const { job_id: id, node_row, remaining, mutable_columns } of rows) {
    if (node_row !== null && mutable_columns !== null) {
      if (!hasBegun(cache.update(await cache.get(tx, id), mutable_columns))) events.set(id, 'started')
    } else if (remaining !== null && Number(remaining) === 0) events.set(id, 'node-done')
  }
  const changed = new Map<string, Job>()
  for (const [id, type] of [...events].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const event = type === 'started' ? { type } : { type, remaining: 0 }
    changed.set(id, await applyEvent(tx, await lockJob(tx, id), event))
  }
  return changed
}

function keyOf({ begin, end }: NodeTransition): string {
  return begin
    ? JSON.stringify(['begin', begin.job, begin.node, begin.attempt])
    : JSON.stringify(['end', end.lease.job.id, end.lease.node.id, end.lease.fence])
}

function rowKey({ job_id, node_id, attempt, fence }: TransitionRow): string {
  return fence === null
    ? JSON.stringify(['begin', job_id, node_id, Number(attempt)])
    : JSON.stringify(['end', job_id, node_id, Number(fence)])
}
