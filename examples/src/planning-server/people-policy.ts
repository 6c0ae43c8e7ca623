import type { AccessPolicy, Database, ResourceRef } from '@piecework/core'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { people } from './people.js'

const ownerQueries: Readonly<Record<string, string>> = {
  project: `SELECT owner_id FROM ${projectTables.projects} WHERE id = $1`,
  scenario: `SELECT owner_id FROM ${projectTables.projects}
    WHERE id = (SELECT project_id FROM ${scenarioTables.scenarios} WHERE id = $1)`,
}

/** Planners may do all with what is their own, viewers may see all; to others there is nothing. */
export function peoplePolicy(database: Database): AccessPolicy {
  const isOwner = async ({ kind, id }: ResourceRef, person: string): Promise<boolean> => {
    const { rows } = await database.query<{ owner_id: string }>(ownerQueries[kind] ?? '', [id])
    return rows[0]?.owner_id === person
  }
  return {
    allows: async ({ id }, action, resource, job) => {
      const rights = people.find((person) => person.id === id)?.rights ?? 'nothing'
      if (rights !== 'plans') return rights === 'looks' && action === 'view'
      if (job) return job.principal.id === id
      // A new project; the record and the like are for the host's own people.
      return resource ? isOwner(resource, id) : action === 'import'
    },
  }
}
