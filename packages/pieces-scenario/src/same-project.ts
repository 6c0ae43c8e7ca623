import type { StableReference } from '@piecework/postgres'
import { scenarioTables } from './scenario-tables.js'

/**
 * Looks up rows of the project that a scenario is imported into, if the archive contains the scenario alone.
 */
export function sameProject(stableKey: 'puid' | 'name'): StableReference {
  return {
    where: 'project_id = $into',
    // A reference to another project's row must not become a reference to the row with the same key here.
    exportWhere: `project_id = (SELECT project_id FROM ${scenarioTables.scenarios} WHERE id = $resource)`,
    by: [stableKey],
  }
}
