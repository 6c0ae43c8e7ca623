import type { StableReference } from '@piecework/postgres'

/** Rows of the project that a scenario is imported into, when the archive holds the scenario alone. */
export function sameProject(stableKey: 'puid' | 'name'): StableReference {
  return { where: 'project_id = $into', stableKey }
}
