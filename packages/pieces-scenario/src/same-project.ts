import type { StableReference } from '@piecework/postgres'

/** Rows of the project that a scenario is imported into, when the archive holds the scenario alone. */
export function sameProject(stableKey: 'puid' | 'name'): StableReference {
  return {
    where: 'project_id = (SELECT s.project_id FROM planning.scenarios s WHERE s.id = $resource)',
    stableKey,
  }
}
