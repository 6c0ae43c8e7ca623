import type { Database, Summaries } from '@piecework/core/store'

export const postgresSummaries = (control: Database): Summaries => ({
  add: async ({ job, node }, summary, tx) => {
    await tx.query('INSERT INTO piecework.summaries (job_id, node_id, summary) VALUES ($1, $2, $3)', [
      job.id,
      node.id,
      summary,
    ])
  },
  nodes: async (job) => {
    const { rows } = await control.query<{ node_id: string }>(
      'SELECT node_id FROM piecework.summaries WHERE job_id = $1 ORDER BY node_id',
      [job],
    )
    return rows.map(({ node_id }) => node_id)
  },
  get: async (job, node, tx) => {
    const { rows } = await (tx ?? control).query<{ summary: string }>(
      'SELECT summary FROM piecework.summaries WHERE job_id = $1 AND node_id = $2',
      [job, node],
    )
    return rows[0]?.summary
  },
})
