import type { Lease, Queryable, Task } from '@piecework/core'
import { endOtherBackend } from './attempt-lock.js'
import { applyEvent, lockJob } from './job-row.js'
import type { KnownJobs } from './known-jobs.js'
import { jobWith, leaseFacts, nodeOf } from './records.js'

/** Who begins: `$1` and `$2` of what asks for lapsed leases. */
export interface Beginner {
  /** Of the store object: where nobody else can be, a lease of another one has lapsed. */
  readonly store: string
  readonly embedded: boolean
  readonly leaseMs: number
}

export interface AskedTask extends Task {
  readonly worker: string
}

/** A lease that nobody keeps: `$1` is the store's id, `$2` whether the database is embedded. */
export const lapsed = `n.status = 'running' AND (n.lease_until <= clock_timestamp() OR ($2::boolean AND n.store <> $1))`

/** For each task its lease; `lapsed` where somebody's has, which has to be taken over; undefined where nothing is to do. */
export async function beginNodes(
  tx: Queryable,
  known: KnownJobs,
  { store, embedded, leaseMs }: Beginner,
  asked: readonly AskedTask[],
): Promise<readonly (Lease | 'lapsed' | undefined)[]> {
  const first = new Map(asked.map((task) => [keyOf(task.job, task.node, task.attempt), task]))
  const { rows } = await tx.query<BegunRow>(
    `SELECT found_job AS job, found_node AS node, found_attempt AS attempt, node_text, changing_text
     FROM piecework.begin_nodes($1::jsonb, $2, $3::boolean, $4::float8)`,
    [JSON.stringify([...first.values()]), store, String(embedded), leaseMs],
  )
  const started = await startJobs(tx, rows)
  const begun = new Map<string, Lease | 'lapsed'>()
  for (const { job: id, node, attempt, node_text, changing_text } of rows) {
    const key = keyOf(id, node, attempt)
    if (node_text === null || changing_text === null) {
      begun.set(key, 'lapsed')
      continue
    }
    const job = started.get(id) ?? jobWith(await known.get(tx, id), changing_text)
    begun.set(key, { job, node: nodeOf(node_text), attempt: Number(attempt), ...leaseFacts(node_text) })
  }
  return asked.map((task) => {
    const key = keyOf(task.job, task.node, task.attempt)
    // The same task may come twice: who did not come last gets nothing.
    return first.get(key) === task ? begun.get(key) : undefined
  })
}

/** Ends the backend of the one before first. Undefined where it would not go, or somebody else is at it. */
export async function takeOver(
  tx: Queryable,
  known: KnownJobs,
  { store, embedded, leaseMs }: Beginner,
  { job: id, node, attempt, worker }: AskedTask,
): Promise<Lease | undefined> {
  const found = await tx.query(
    `SELECT FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job AND j.batch = n.batch
     WHERE n.job = $3 AND n.id = $4 AND n.attempt = $5::int AND ${lapsed} FOR UPDATE OF n SKIP LOCKED`,
    [store, String(embedded), id, node, attempt],
  )
  if (found.rowCount !== 1) return undefined
  if (!embedded && !(await endOtherBackend(tx, id, node))) return undefined
  const { rows } = await tx.query<{ node: string; changing: string }>(
    `UPDATE piecework.nodes n SET fence = fence + 1, deaths = deaths + 1, worker = $3, store = $4,
       lease_until = clock_timestamp() + $5::float8 * interval '1 millisecond'
     FROM piecework.jobs j WHERE j.id = n.job AND n.job = $1 AND n.id = $2
     RETURNING to_jsonb(n)::text AS node,
       piecework.changing(j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.waiting, j.stopped) AS changing`,
    [id, node, worker, store, leaseMs],
  )
  const [row] = rows
  if (!row) return undefined
  const job = jobWith(await known.get(tx, id), row.changing)
  return { job, node: nodeOf(row.node), attempt, ...leaseFacts(row.node) }
}

interface BegunRow {
  readonly job: string
  readonly node: string
  readonly attempt: number | string
  readonly node_text: string | null
  readonly changing_text: string | null
}

/** Jobs whose first node has begun, in the order in which everybody locks them. */
async function startJobs(tx: Queryable, rows: readonly BegunRow[]) {
  const first = rows.filter(({ changing_text: text }) => text !== null && isBeforeFirst(text))
  const started = new Map<string, Lease['job']>()
  for (const id of [...new Set(first.map(({ job }) => job))].sort()) {
    started.set(id, await applyEvent(tx, await lockJob(tx, id), { type: 'started' }))
  }
  return started
}

function isBeforeFirst(changing: string): boolean {
  const { status } = JSON.parse(changing) as { readonly status: string }
  return status === 'pending' || status === 'submitted'
}

const keyOf = (job: string, node: string, attempt: number | string): string =>
  JSON.stringify([job, node, Number(attempt)])
