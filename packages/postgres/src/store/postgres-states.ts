import type { Database, States } from '@piecework/core/store'
import { leaseKey, leaseLost } from './lease.js'

export const postgresStates = (control: Database): States => ({
  get: async ({ job, node }) => {
    const { rows } = await control.query<{ state: string }>(
      'SELECT state FROM piecework.node_states WHERE job_id = $1 AND node_id = $2',
      [job.id, node.id],
    )
    return rows[0] && JSON.parse(rows[0].state)
  },
  put: async (lease, state) => {
    // The lock keeps the lease from being taken over in between: a later attempt must see this, or keep it out.
    const { rowCount } = await control.query(
      `INSERT INTO piecework.node_states (job_id, node_id, state)
       SELECT n.job_id, n.id, $4 FROM piecework.nodes n
       WHERE n.job_id = $1 AND n.id = $2 AND n.fence = $3::bigint AND n.status = 'running' FOR SHARE
       ON CONFLICT (job_id, node_id) DO UPDATE SET state = excluded.state`,
      [...leaseKey(lease), JSON.stringify(state)],
    )
    if (rowCount !== 1) throw leaseLost(lease)
  },
})
