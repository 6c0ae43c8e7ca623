export { anyRow } from './any-row.js'
export { canonicalUuid } from './canonical-uuid.js'
export { freeName } from './free-name.js'
export { isEntryError } from './is-entry-error.js'
export { planningMigrations } from './migrations/planning-migrations.js'
export {
  type MovablePiece,
  type PlanningDatabases,
  type PlanningOptions,
  placed,
  planningChecks,
} from './planning-databases.js'
export { planningProject } from './planning-project.js'
export { projectKind } from './project-kind.js'
export { unitPages } from './project-map.js'
export { planningSchema, projectTables } from './project-tables.js'
export { sharedData } from './shared-data.js'
