import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@piecework/core'
import { type Problem, problem } from '../problem.js'

/**
 * No hold, no unfinished job, no attempt under way, nothing in the outbox, no session lock, no transaction
 * that has been open since `since`: waits up to `patienceMs` for that, for workers that were hit have leases
 * that must lapse.
 */
export async function quiet(
  database: Database,
  since: Date,
  patienceMs: number,
): Promise<readonly Problem[]> {
  const end = Date.now() + patienceMs
  for (;;) {
    const { rows } = await database.query<{ text: string }>(left, [since])
    if (rows.length === 0) return []
    if (Date.now() >= end) return rows.map(({ text }) => problem('left over', text))
    await sleep(100)
  }
}

const left = `
  SELECT 'hold of ' || holder_kind || ' ' || holder_id || ' on ' || path AS text FROM piecework.holds
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
  SELECT 'outbox: ' || action::text FROM piecework.outbox
  UNION ALL
  SELECT 'advisory lock of backend ' || l.pid || ' (' || a.application_name || ', ' || a.state || ')'
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.pid <> pg_backend_pid() AND a.datname = current_database()
    AND (a.xact_start IS NULL OR a.xact_start < $1)
  UNION ALL
  SELECT 'transaction of backend ' || pid || ' (' || application_name || ', ' || state || '): ' || left(query, 120)
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND xact_start < $1`
