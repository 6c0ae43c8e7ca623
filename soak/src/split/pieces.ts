import { type PlanningDatabases, planningProject, planningSchema } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'

/** The pieces whose rows are in the second database of a soak with two. */
export const databases: PlanningDatabases = {
  'project/planning-units': 'geo',
  'project/cost-surfaces': 'geo',
  'project/features': 'geo',
  'project/feature-amounts': 'geo',
  'project/geodata': 'geo',
  'scenario/planning-units': 'geo',
  'scenario/features': 'geo',
  'scenario/specification': 'geo',
  'scenario/boundary': 'geo',
  'scenario/results': 'geo',
  'scenario/executions': 'geo',
  'scenario/marxan-input': 'geo',
  'scenario/marxan-output': 'geo',
}

const pieces = [planningProject({ databases }), planningScenario({ databases })].flatMap(
  (pack) => pack.pieces ?? [],
)

/** Tables of the planning schema that are in this one; absent: in the store's. */
export const tablesIn = (database?: string): readonly string[] => [
  ...new Set(
    pieces
      .filter((piece) => piece.database === database)
      .flatMap(({ keys }) => keys?.tables ?? [])
      .map((table) => table.slice(planningSchema.length + 1)),
  ),
]
