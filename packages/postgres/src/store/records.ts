import type { Job, JobNode, Lease } from '@piecework/core/store'

/**
 * A row as `to_jsonb(row)::text` prints it: the same through every connection, whatever its settings and
 * parsers.
 */
type Json = Record<string, unknown>

export function jobOf(text: string): Job {
  const row = JSON.parse(text) as Json
  const job = present({
    id: row.id,
    kind: row.kind,
    status: row.status,
    outcome: row.outcome,
    error: row.error,
    tree: row.tree,
    target: row.target,
    targets: row.targets,
    principal: row.principal,
    request: row.request,
    batch: row.batch,
    batches: row.batches,
    result: resultOf(row.result as Json),
    retryOf: row.retry_of,
    reads: (row.reads as readonly string[]).length > 0 ? row.reads : undefined,
    priority: row.priority === 0 ? undefined : row.priority,
    throttled: row.throttled || undefined,
    deadline: date(row.deadline),
    stopped: row.stopped || undefined,
    snapshotTakenAt: date(row.moment_at),
    createdAt: date(row.created_at),
    changes: changesOf(row),
  })
  return job as unknown as Job
}

/** The job with its columns of now, as `piecework.mutable_columns` prints them. */
export function jobWith(
  { outcome: _, error: _e, throttled: _t, stopped: _s, ...fixed }: Job,
  text: string,
): Job {
  const now = JSON.parse(text) as Json
  const mutableColumns = present({
    status: now.status,
    outcome: now.outcome,
    error: now.error,
    batch: now.batch,
    result: resultOf(now.result as Json),
    throttled: now.throttled || undefined,
    stopped: now.stopped || undefined,
    changes: changesOf(now),
  })
  return { ...fixed, ...mutableColumns }
}

export function nodeOf(text: string): JobNode {
  return nodeOfRow(JSON.parse(text) as Json)
}

/** The fields of a lease that the node's row holds. */
export function leasedNode(text: string): Pick<Lease, 'node' | 'fence' | 'crashes'> {
  const row = JSON.parse(text) as Json
  return { node: nodeOfRow(row), fence: row.fence as number, crashes: row.crashes as number }
}

export function nodeOfRow(row: Json): JobNode {
  const node = present({
    id: row.id,
    task: row.task,
    batch: row.batch,
    status: row.status,
    attempt: row.attempt,
    resource: row.resource,
    piece: row.piece,
    database: row.database,
    part: row.part,
    steps: row.steps,
    counts: row.counts,
    entries: row.entries,
    moment: row.moment,
    version: row.version,
    reusedFrom: row.reused_from,
    output: row.output,
    error: row.error,
    progress: row.progress,
    startedAt: date(row.started_at),
    endedAt: date(row.ended_at),
  })
  return node as unknown as JobNode
}

const changesOf = (row: Json): unknown =>
  (row.changes as Json[]).map(({ status, at }) => ({ status, at: date(at) }))

function resultOf({ archive, outputs, deliveries, retryUntil, ...rest }: Json): Json {
  return present({
    ...rest,
    archive: archive && keptOf(archive as Json),
    outputs: (outputs as Json[] | undefined)?.map(keptOf),
    deliveries: (deliveries as Json[] | undefined)?.map((one) => ({
      ...one,
      deliveredAt: date(one.deliveredAt),
    })),
    retryUntil: date(retryUntil),
  })
}

const keptOf = (kept: Json): Json =>
  present({ ...kept, expiresAt: date(kept.expiresAt), deletedAt: date(kept.deletedAt) })

function date(value: unknown): Date | undefined {
  return typeof value === 'string' ? new Date(value) : undefined
}

function present(fields: Json): Json {
  const found: Json = {}
  for (const name in fields) {
    const value = fields[name]
    if (value !== null && value !== undefined) found[name] = value
  }
  return found
}
