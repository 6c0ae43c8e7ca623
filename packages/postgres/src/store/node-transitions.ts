import { type Database, isPieceworkError, type Job, type Lease, type Queryable } from '@piecework/core/store'
import { autocommits } from '../database/autocommit-database.js'
import { applyEvent } from './apply-event.js'
import { type End, endAsJson } from './end-node.js'
import { hasBegun, type JobCache } from './job-cache.js'
import { lockJob } from './job-row.js'
import { leasedNode } from './records.js'
import { needsTransaction } from './step-functions.js'
import type { AskedTask, LeaseHolder } from './take-over.js'

/** A node begins, or ends plainly. */
export type NodeTransition =
  | { readonly begin: AskedTask; readonly end?: never }
  | { readonly end: End; readonly begin?: never }

/**
 * Of a begin its lease; `lapsed` where somebody's has, which has to be taken over; of an end its job. Undefined where nothing is to do, or
 * the lease is lost.
 */
export type Stepped = Lease | 'lapsed' | Job | undefined

interface StepRow {
  readonly begun: boolean | string
  readonly job: string
  readonly node: string
  /** Of the attempt that begins, the fence of the one that ends. */
  readonly number: string
  readonly remaining: number | string | null
  readonly node_text: string | null
  readonly changing: string | null
}

const stepSql = `SELECT begun, of_job AS job, of_node AS node, number, still_open AS remaining, node_text, changing_text AS changing
  FROM piecework.step_nodes($1::jsonb, $2, $3::boolean, $4::float8, $5::jsonb, $6::boolean)`

/** Carries out steps of any nodes together: as one statement, unless something of a job follows from them. */
export async function nodeTransitions(
  control: Database,
  known: JobCache,
  beginner: LeaseHolder,
  steps: readonly NodeTransition[],
): Promise<readonly Stepped[]> {
  // The same task may come twice: who did not come last gets nothing.
  const byKey = new Map(steps.map((step) => [keyOf(step), step]))
  const begins = [...byKey.values()].flatMap(({ begin }) => begin ?? [])
  const ends = [...byKey.values()].flatMap(({ end }) => end ?? [])
  const values = (byItself: boolean): readonly unknown[] => [
    JSON.stringify(begins),
    beginner.store,
    String(beginner.embedded),
    beginner.leaseMs,
    JSON.stringify(ends.map(endAsJson)),
    String(byItself),
  ]
  const told = async (db: Queryable, rows: readonly StepRow[], changed: ReadonlyMap<string, Job>) => {
    const outcomes = new Map<string, Stepped>()
    for (const row of rows) {
      const key = rowKey(row)
      const step = byKey.get(key)
      if (row.changing === null) outcomes.set(key, 'lapsed')
      else if (row.node_text !== null) {
        const job = changed.get(row.job) ?? known.now(await known.get(db, row.job), row.changing)
        outcomes.set(key, { job, attempt: Number(row.number), ...leasedNode(row.node_text) })
      } else if (step?.end) {
        const { job, node } = step.end.lease
        known.stillOpen(job.id, node.batch, Number(row.remaining))
        outcomes.set(key, changed.get(row.job) ?? known.now(job, row.changing))
      }
    }
    return steps.map((step) => (byKey.get(keyOf(step)) === step ? outcomes.get(keyOf(step)) : undefined))
  }

  if (
    autocommits(control) &&
    known.isInMidst(
      begins,
      ends.map(({ lease }) => lease),
    )
  ) {
    const rows = await byThemselves(control.autocommit<StepRow>(stepSql, values(true)))
    if (rows) return told(control, rows, new Map())
  }
  return control.transaction(async (tx) => {
    const { rows } = await tx.query<StepRow>(stepSql, values(false))
    return told(tx, rows, await follow(tx, known, rows))
  })
}

/** Undefined where they were refused because of what follows, or of how the host has set its transactions. */
async function byThemselves(
  asked: Promise<{ readonly rows: readonly StepRow[] }>,
): Promise<readonly StepRow[] | undefined> {
  try {
    return (await asked).rows
  } catch (error) {
    const state = isPieceworkError(error, 'database') ? error.facts.sqlState : undefined
    if (state === needsTransaction || state === serializationFailure || state === readOnly) return undefined
    throw error
  }
}

const serializationFailure = '40001'
const readOnly = '25006'

/** Jobs whose first node has begun or whose batch has ended, in the order in which everybody locks them. */
async function follow(
  tx: Queryable,
  known: JobCache,
  rows: readonly StepRow[],
): Promise<ReadonlyMap<string, Job>> {
  const events = new Map<string, 'started' | 'node-done'>()
  for (const { job, node_text, remaining, changing } of rows) {
    if (node_text !== null && changing !== null) {
      if (!hasBegun(known.now(await known.get(tx, job), changing))) events.set(job, 'started')
    } else if (remaining !== null && Number(remaining) === 0) events.set(job, 'node-done')
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
    ? JSON.stringify([true, begin.job, begin.node, begin.attempt])
    : JSON.stringify([false, end.lease.job.id, end.lease.node.id, end.lease.fence])
}

const rowKey = ({ begun, job, node, number }: StepRow): string =>
  JSON.stringify([String(begun).startsWith('t'), job, node, Number(number)])
