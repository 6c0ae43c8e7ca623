import { checkOptions, type Pack } from '@piecework/core/piece'
import { geodata } from './geodata/geodata.js'
import { costSurfaces } from './pieces/cost-surfaces.js'
import { featureAmounts } from './pieces/feature-amounts.js'
import { features } from './pieces/features.js'
import { metadata } from './pieces/metadata.js'
import { planningArea } from './pieces/planning-area.js'
import { planningUnits } from './pieces/planning-units.js'
import { protectedAreas } from './pieces/protected-areas.js'
import { type PlanningOptions, planningChecks } from './planning-databases.js'
import { projectKind } from './project-kind.js'

/** Planning projects: the kind `project` and its pieces. The tables are those of `planningMigrations`. */
export function planningProject(options?: PlanningOptions): Pack {
  const { databases = {} } = checkOptions('planningProject()', options, planningChecks)
  return {
    name: '@piecework/pieces-project',
    kinds: [projectKind],
    pieces: [
      metadata,
      planningArea,
      planningUnits(databases),
      protectedAreas,
      costSurfaces(databases),
      features(databases),
      featureAmounts(databases),
      geodata(databases),
    ],
  }
}
