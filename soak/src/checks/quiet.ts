import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@piecework/core'
import { type Problem, problem } from '../problem.js'

/**
 * No hold, no unfinished job, no attempt under way, nothing in the outbox, no session lock, no transaction
 * that has been open since `since`: waits up to `patienceMs` for that, for workers that were hit have leases
 * that must lapse. `sql`: what is asked; default of the store's database.
 */
export async function quiet(
  database: Database,
  since: Date,
  patienceMs: number,
  sql = left,
): Promise<readonly Problem[]> {
  const end = Date.now() + patienceMs
  for (;;) {
    const { rows } = await database.query<{ text: string }>(sql, [since])
    if (rows.length === 0) return []
    if (Date.now() >= end) return rows.map(({ text }) => problem('left over', text))
    await sleep(100)
  }
}

/** Of the sessions at a database. */
const sessions = `
  SELECT 'advisory lock of backend ' || l.pid || ' (' || a.application_name || ', ' || a.state || ')' AS text
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.pid <> pg_backend_pid() AND a.datname = current_database()
    AND (a.xact_start IS NULL OR a.xact_start < $1)
  UNION ALL
  SELECT 'transaction of backend ' || pid || ' (' || application_name || ', ' || state || '): ' || left(query, 120)
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND xact_start < $1`

/** In the second database: no session at work, and nothing that is kept of a job. */
export const leftInSecond = `${sessions}
  UNION ALL
  SELECT 'kept in the second database of job ' || job_id FROM (SELECT job_id FROM piecework.attempts
    UNION SELECT job_id FROM piecework.summaries UNION SELECT job_id FROM piecework.replaced_values) kept`

const left = `${sessions}
  UNION ALL
  SELECT 'hold of ' || holder_kind || ' ' || holder_id || ' on ' || path FROM piecework.holds
  UNION ALL
  SELECT 'job ' || id || ' is ' || status FROM piecework.jobs WHERE NOT terminal
  UNION ALL
  SELECT 'node ' || id || ' of job ' || job_id || ' is ' || status FROM piecework.nodes WHERE status = 'running'
  UNION ALL
  SELECT 'node ' || n.id || ' of job ' || n.job_id || ' waits, and the job has ended'
  FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job_id WHERE n.status = 'waiting' AND j.terminal
  UNION ALL
  SELECT 'state of node ' || node_id || ' of job ' || job_id FROM piecework.node_states
  UNION ALL
  SELECT 'outbox: ' || action::text FROM piecework.outbox`
