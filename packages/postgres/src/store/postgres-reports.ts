import type { Database, Finding, Reports } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { jobSummary } from './job-summary.js'
import { nodeOf } from './records.js'
import { isUntouched } from './retry-invalidation.js'

export function postgresReports(control: Database): Reports {
  return {
    summary: (job) => jobSummary(control, job),
    nodes: async (job, { batch, after, limit, results = false } = {}) => {
      const { rows } = await control.query<{ node: string }>(
        `SELECT CASE WHEN task = 'export' AND NOT $6::bool THEN to_jsonb(n) - 'output' ELSE to_jsonb(n) END::text AS node
         FROM piecework.nodes n
         WHERE job_id = $1 AND ($2::int IS NULL OR batch = $2::int)
           AND ($3::int IS NULL OR (batch, id) > ($3::int, $4::text COLLATE "C"))
         ORDER BY batch, id LIMIT $5::int`,
        [job, batch ?? null, after?.batch ?? null, after?.id ?? null, limit ?? null, results],
      )
      return rows.map((row) => nodeOf(row.node))
    },
    node: async (job, id) => {
      const sql = 'SELECT to_jsonb(n)::text AS node FROM piecework.nodes n WHERE job_id = $1 AND id = $2'
      const { rows } = await control.query<{ node: string }>(sql, [job, id])
      return rows[0] && nodeOf(rows[0].node)
    },
    findings: async (job, limit = defaults.listedFindings, node) => {
      const { rows } = await control.query<{ finding: string }>(
        `SELECT finding::text AS finding FROM piecework.findings
         WHERE job_id = $1 AND ($3::text IS NULL OR node_id = $3) ORDER BY severity, number LIMIT $2::int`,
        [job, limit, node ?? null],
      )
      return rows.map((row) => JSON.parse(row.finding) as Finding)
    },
    untouched: (job) => isUntouched(control, job),
  }
}
