import type { Migration } from '@piecework/postgres'
import { costSurfaces } from './cost-surfaces.js'
import { features } from './features.js'
import { planningUnits } from './planning-units.js'
import { projects } from './projects.js'
import { protectedAreas } from './protected-areas.js'
import { sharedPlanningAreas } from './shared-planning-areas.js'

/** Tables of projects, in the schema `planning`. Creates PostGIS where the database lacks it. */
export const planningMigrations: readonly Migration[] = [
  projects,
  planningUnits,
  protectedAreas,
  costSurfaces,
  features,
  sharedPlanningAreas,
]
