import { randomUUID } from 'node:crypto'
import {
  type Holder,
  PieceworkError,
  type Queryable,
  type ResourcePath,
  resourceBusy,
} from '@piecework/core/store'
import { tryAdvisoryLock } from './advisory-lock.js'
import { lockKey } from './lock-key.js'
import { touch } from './touch.js'

export interface NewHold {
  readonly paths: readonly ResourcePath[]
  readonly holder: { readonly id: string; readonly kind: string }
  /** Freed when this job is terminal. */
  readonly job?: string
  /** A shared hold that lapses. Absent: an exclusive one that does not. */
  readonly leaseMs?: number
  /** Those that the holder may change. Default: all. */
  readonly changes?: readonly ResourcePath[]
}

/** How long an edit inside a host's transaction, which nobody can see, may keep others waiting. */
const patienceMs = 5000

/** All paths or none, in the caller's transaction. Resolves to what frees them. */
export async function takeHolds(tx: Queryable, hold: NewHold): Promise<string> {
  const { paths, holder, job, leaseMs, changes = paths } = hold
  const shared = leaseMs !== undefined
  const id = randomUUID()
  await refuseBusy(tx, paths, shared)
  await lockRoots(tx, paths, shared)
  await refuseBusy(tx, paths, shared)
  await tx.query(
    `DELETE FROM piecework.holds h USING jsonb_array_elements_text($1::jsonb) AS p(path)
     WHERE h.root = split_part(p.path, '/', 1) AND h.until <= clock_timestamp()`,
    [JSON.stringify(paths)],
  )
  await tx.query(
    `INSERT INTO piecework.holds (hold, root, path, shared, until, holder_id, holder_kind, since, job)
     SELECT DISTINCT $1::uuid, split_part(p.path, '/', 1), p.path, $3::float8 IS NOT NULL,
       clock_timestamp() + $3::float8 * interval '1 millisecond', $4, $5, now(), $6
     FROM jsonb_array_elements_text($2::jsonb) AS p(path)`,
    [id, JSON.stringify(paths), leaseMs ?? null, holder.id, holder.kind, job ?? null],
  )
  await touch(tx, changes)
  return id
}

/** Of holds that overlap the path, the oldest first. */
export async function holdersOf(db: Queryable, path: ResourcePath): Promise<readonly Holder[]> {
  const { rows } = await db.query<{ id: string; kind: string; since: string }>(
    `SELECT id, kind, to_jsonb(since) #>> '{}' AS since FROM (
       SELECT DISTINCT hold, holder_id AS id, holder_kind AS kind, since FROM piecework.holds h
       WHERE h.root = split_part($1, '/', 1) AND (h.until IS NULL OR h.until > clock_timestamp())
         AND (h.path = $1 OR starts_with(h.path, $1 || '/') OR starts_with($1, h.path || '/'))
     ) AS found ORDER BY found.since`,
    [path],
  )
  return rows.map(({ id, kind, since }) => ({ id, kind, since: new Date(since) }))
}

/** Throws `resource-busy` where a hold of somebody's overlaps; two shared holds do not conflict. */
export async function refuseBusy(
  db: Queryable,
  paths: readonly ResourcePath[],
  shared: boolean,
): Promise<void> {
  const { rows } = await db.query<{ path: string; id: string; kind: string; since: string }>(
    `SELECT p.path, h.holder_id AS id, h.holder_kind AS kind, to_jsonb(h.since) #>> '{}' AS since
     FROM jsonb_array_elements_text($1::jsonb) AS p(path)
     JOIN piecework.holds h ON h.root = split_part(p.path, '/', 1)
     WHERE (h.until IS NULL OR h.until > clock_timestamp()) AND NOT (h.shared AND $2::boolean)
       AND (h.path = p.path OR starts_with(h.path, p.path || '/') OR starts_with(p.path, h.path || '/'))
     LIMIT 1`,
    [JSON.stringify(paths), String(shared)],
  )
  const [row] = rows
  if (row) throw resourceBusy(row.path, { id: row.id, kind: row.kind, since: new Date(row.since) })
}

/**
 * Until the transaction ends, nobody else is admitted to what these paths belong to; those who come shared, only by those who
 * do not. Admission reads what others have committed, so it needs READ COMMITTED.
 */
export async function lockRoots(
  tx: Queryable,
  paths: readonly ResourcePath[],
  shared: boolean,
): Promise<void> {
  const { rows } = await tx.query<{ isolation: string }>(
    `SELECT current_setting('transaction_isolation') AS isolation`,
  )
  if (rows[0]?.isolation !== 'read committed') {
    throw new PieceworkError('unsupported', 'Claims and edits need a transaction that is READ COMMITTED.')
  }
  const roots = [...new Set(paths.map((path) => path.split('/', 1)[0] ?? path))].sort()
  const deadline = Date.now() + patienceMs
  for (const root of roots) {
    const lock = { key: lockKey('root', root), shared, patienceMs: deadline - Date.now() }
    if (!(await tryAdvisoryLock(tx, lock))) throw resourceBusy(root, hiddenEdit)
  }
}

/** Who holds a root in a transaction that has not ended. */
const hiddenEdit: Holder = { id: 'open-transaction', kind: 'edit', since: new Date(0) }
