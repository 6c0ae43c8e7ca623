import type { StableReference } from '@piecework/postgres'

/** Features, protected areas and planning areas without a project are shared by all projects. */
export const sharedData: StableReference = { where: 'project_id IS NULL', stableKey: 'stable_key' }
