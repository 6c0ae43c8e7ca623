import type { StableReference } from '@piecework/postgres'

/** Features, protected areas and planning areas of no project belong to the whole instance. */
export const sharedData: StableReference = { where: 'project_id IS NULL', stableKey: 'stable_key' }
