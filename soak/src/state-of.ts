import type { Database } from '@piecework/core'

/** Everything under way, to find out why a job does not end. */
export async function stateOf(database: Database): Promise<string> {
  const ask = async (sql: string) => (await database.query(sql)).rows
  const state = {
    now: new Date(),
    jobs: await ask(
      `SELECT id, kind, status, outcome, error, batch, batches, stopped FROM piecework.jobs
       WHERE NOT terminal`,
    ),
    nodes: await ask(
      `SELECT job_id, id, status, attempt, batch, fence, worker, lease_until, submitted_at, started_at, error FROM piecework.nodes
       WHERE status IN ('waiting', 'running') ORDER BY job_id, batch, id LIMIT 50`,
    ),
    outbox: await ask('SELECT action FROM piecework.outbox LIMIT 20'),
    holds: await ask('SELECT path, holder_kind, holder_id, acquired_at FROM piecework.holds'),
    backends: await ask(
      `SELECT pid, application_name, state, wait_event_type, wait_event, xact_start, pg_blocking_pids(pid) AS blocked_by, left(query, 200) AS query
       FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'`,
    ),
  }
  return JSON.stringify(state)
}
