import type { StableReference } from '@piecework/postgres'
import { scenarioTables } from './scenario-tables.js'

/** Rows of the project that a scenario is imported into, when the archive holds the scenario alone. */
export function sameProject(stableKey: 'puid' | 'name'): StableReference {
  return {
    where: 'project_id = $into',
    // A unit of another project must not become the one with its puid here.
    exportWhere: `project_id = (SELECT project_id FROM ${scenarioTables.scenarios} WHERE id = $resource)`,
    stableKey,
  }
}
