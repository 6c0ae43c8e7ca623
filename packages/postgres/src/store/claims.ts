import { randomUUID } from 'node:crypto'
import {
  type Holder,
  PieceworkError,
  type Queryable,
  type ResourcePath,
  resourceBusy,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { tryAdvisoryLock } from './advisory-lock.js'
import { lockKey } from './lock-key.js'
import { invalidateRetries } from './retry-invalidation.js'

export interface NewHold {
  readonly paths: readonly ResourcePath[]
  readonly holder: { readonly id: string; readonly kind: string }
  /** Frees the hold when it ends. */
  readonly job?: string
  /** A shared hold that lapses. Absent: an exclusive one that does not. */
  readonly leaseMs?: number
  /** Paths that the holder may change. Default: all. */
  readonly changes?: readonly ResourcePath[]
}

/** All paths or none, in the caller's transaction. Resolves to the id of the hold. */
export async function acquireHold(tx: Queryable, hold: NewHold): Promise<string> {
  const { paths, holder, job, leaseMs, changes = paths } = hold
  const shared = leaseMs !== undefined
  const id = randomUUID()
  await assertNotHeld(tx, paths, shared)
  await lockRoots(tx, paths, shared)
  await assertNotHeld(tx, paths, shared)
  await tx.query(
    `DELETE FROM piecework.holds h USING jsonb_array_elements_text($1::jsonb) AS p(path)
     WHERE h.root = split_part(p.path, '/', 1) AND h.expires_at <= piecework.now()`,
    [JSON.stringify(paths)],
  )
  await tx.query(
    `INSERT INTO piecework.holds (id, root, path, shared, expires_at, holder_id, holder_kind, acquired_at, job_id)
     SELECT DISTINCT $1::uuid, split_part(p.path, '/', 1), p.path, $3::float8 IS NOT NULL,
       piecework.now() + $3::float8 * interval '1 millisecond', $4, $5, (SELECT piecework.now()), $6
     FROM jsonb_array_elements_text($2::jsonb) AS p(path)`,
    [id, JSON.stringify(paths), leaseMs ?? null, holder.id, holder.kind, job ?? null],
  )
  await invalidateRetries(tx, changes)
  return id
}

/** Holders whose paths overlap the path, the oldest first. */
export async function holdersOf(db: Queryable, path: ResourcePath): Promise<readonly Holder[]> {
  const { rows } = await db.query<{ id: string; kind: string; since: string }>(
    `SELECT holder_id AS id, holder_kind AS kind, to_jsonb(acquired_at) #>> '{}' AS since FROM (
       SELECT DISTINCT id, holder_id, holder_kind, acquired_at FROM piecework.holds h
       WHERE h.root = split_part($1, '/', 1) AND (h.expires_at IS NULL OR h.expires_at > piecework.now())
         AND (h.path = $1 OR starts_with(h.path, $1 || '/') OR starts_with($1, h.path || '/'))
     ) AS found ORDER BY found.acquired_at`,
    [path],
  )
  return rows.map(({ id, kind, since }) => ({ id, kind, since: new Date(since) }))
}

/** Throws `resource-busy` if another hold overlaps; two shared holds do not conflict. */
export async function assertNotHeld(
  db: Queryable,
  paths: readonly ResourcePath[],
  shared: boolean,
): Promise<void> {
  const { rows } = await db.query<{ path: string; id: string; kind: string; since: string }>(
    `SELECT p.path, h.holder_id AS id, h.holder_kind AS kind, to_jsonb(h.acquired_at) #>> '{}' AS since
     FROM jsonb_array_elements_text($1::jsonb) AS p(path)
     JOIN piecework.holds h ON h.root = split_part(p.path, '/', 1)
     WHERE (h.expires_at IS NULL OR h.expires_at > piecework.now()) AND NOT (h.shared AND $2::boolean)
       AND (h.path = p.path OR starts_with(h.path, p.path || '/') OR starts_with(p.path, h.path || '/'))
     LIMIT 1`,
    [JSON.stringify(paths), String(shared)],
  )
  const [row] = rows
  if (row) throw resourceBusy(row.path, { id: row.id, kind: row.kind, since: new Date(row.since) })
}

/**
 * Until the transaction ends, no other hold is given on the roots of these paths; with `shared`, no exclusive
 * one. Reads what others have committed meanwhile, and therefore needs READ COMMITTED.
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
  const deadline = Date.now() + defaults.rootLockTimeoutMs
  for (const root of roots) {
    const lock = { key: lockKey('root', root), shared, lockTimeoutMs: deadline - Date.now() }
    if (!(await tryAdvisoryLock(tx, lock))) throw resourceBusy(root, openTransaction)
  }
}

/** The holder of a root in a transaction that has not ended: what it wrote cannot be read yet. */
const openTransaction: Holder = { id: 'open-transaction', kind: 'edit', since: new Date(0) }
