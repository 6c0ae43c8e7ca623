import type { JobSummary, Queryable, StageSummary } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { jobOf, nodeOfRow } from './records.js'

/** One statement, whatever the number of nodes, which it reads without what they have written. */
export async function jobSummary(db: Queryable, id: string): Promise<JobSummary | undefined> {
  const { rows } = await db.query<SummaryRow>(summarySql, [id, defaults.listedRunning])
  const [row] = rows
  if (!row) return undefined
  return {
    job: jobOf(row.job),
    revision: Number(row.revision),
    stages: (JSON.parse(row.stages) as StageRow[]).map(({ startedAt, ...stage }) => ({
      ...stage,
      ...(startedAt !== null && { startedAt: new Date(startedAt) }),
    })),
    running: (JSON.parse(row.running) as Record<string, unknown>[]).map(nodeOfRow),
  }
}

interface SummaryRow {
  readonly job: string
  readonly revision: string
  readonly stages: string
  readonly running: string
}

type StageRow = Omit<StageSummary, 'startedAt'> & { readonly startedAt: string | null }

/** Of node `n`, from 0 to 1; NULL if it does not know its total. */
const partSql = `(n.progress ->> 'done')::float8 / nullif((n.progress ->> 'total')::float8, 0)`

const stagesSql = `
SELECT n.batch, n.task, sum(n.revision) AS revisions, jsonb_build_object(
  'batch', n.batch,
  'task', n.task,
  'nodes', count(*),
  'waiting', count(*) FILTER (WHERE n.status = 'waiting'),
  'running', count(*) FILTER (WHERE n.status = 'running'),
  'done', count(*) FILTER (WHERE n.status = 'done'),
  'failed', count(*) FILTER (WHERE n.status = 'failed'),
  'skipped', count(*) FILTER (WHERE n.status = 'skipped'),
  'pieces', count(n.piece),
  'piecesDone', count(n.piece) FILTER (WHERE n.status = 'done'),
  'retried', count(*) FILTER (WHERE n.attempt > 1),
  'rows', coalesce(sum((n.counts ->> 'rows')::float8), 0),
  'skippedRows', coalesce(sum((n.counts ->> 'skipped')::float8), 0),
  'bytes', coalesce(sum((n.counts ->> 'bytes')::float8), 0),
  'reported', jsonb_build_object(
    'rows', coalesce(sum((n.progress ->> 'done')::float8) FILTER (WHERE n.counts IS NULL), 0),
    'bytes', coalesce(sum((n.progress ->> 'bytes')::float8) FILTER (WHERE n.counts ->> 'bytes' IS NULL), 0),
    'nodes', coalesce(sum(least(greatest(${partSql}, 0), 1)) FILTER (WHERE n.status = 'running'), 0)
  ),
  'startedAt', min(n.started_at)
) AS stage
FROM piecework.nodes n WHERE n.job_id = j.id GROUP BY n.batch, n.task`

const runningSql = `
SELECT n.id, to_jsonb(n) - 'entries' AS node FROM piecework.nodes n
WHERE n.job_id = j.id AND n.open AND n.status = 'running' ORDER BY n.id LIMIT $2::int`

const summarySql = `
SELECT to_jsonb(j)::text AS job, (j.revision + coalesce(s.revisions, 0))::text AS revision,
  coalesce(s.stages, '[]')::text AS stages, coalesce(r.nodes, '[]')::text AS running
FROM piecework.jobs j
CROSS JOIN LATERAL (
  SELECT sum(g.revisions) AS revisions, jsonb_agg(g.stage ORDER BY g.batch, g.task COLLATE "C") AS stages
  FROM (${stagesSql}) g
) s
CROSS JOIN LATERAL (SELECT jsonb_agg(o.node ORDER BY o.id) AS nodes FROM (${runningSql}) o) r
WHERE j.id = $1`
