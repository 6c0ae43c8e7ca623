export { assertMayRun } from './assert-may-run.js'
export { scenarioMigrations } from './migrations/scenario-migrations.js'
export { planningScenario } from './planning-scenario.js'
export { scenarioKind } from './scenario-kind.js'
