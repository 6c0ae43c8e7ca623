import type { AccessPolicy, Database } from '@piecework/core'

/** A job is its principal's own, and so is a plan; whoever is known may make plans. */
export function ownerPolicy(database: Database): AccessPolicy {
  return {
    allows: async (principal, action, resource, job) => {
      if (job) return job.principal.id === principal.id
      if (!resource) return action === 'import'
      const { rows } = await database.query<{ owner: string }>('SELECT owner FROM plans WHERE id = $1', [
        resource.id,
      ])
      return rows[0]?.owner === principal.id
    },
  }
}
