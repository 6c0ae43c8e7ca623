import type { SharedReference } from '@piecework/postgres'

/** Features, protected areas and planning areas without a project are shared by all projects. */
export const sharedData: SharedReference = { where: 'project_id IS NULL', by: ['stable_key'] }
