import type { Migration } from '@piecework/postgres'
import { results } from './results.js'
import { scenarioFeatures } from './scenario-features.js'
import { scenarioPlanningUnits } from './scenario-planning-units.js'
import { scenarios } from './scenarios.js'

/** Tables of scenarios, in the schema `planning`. Run `planningMigrations` first. */
export const scenarioMigrations: readonly Migration[] = [
  scenarios,
  scenarioPlanningUnits,
  scenarioFeatures,
  results,
]
