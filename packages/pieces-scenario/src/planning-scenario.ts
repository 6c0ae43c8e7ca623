import { checkOptions, type Pack } from '@piecework/core/piece'
import { type PlanningOptions, planningChecks } from '@piecework/pieces-project'
import { marxanInput } from './marxan/marxan-input.js'
import { marxanOutput } from './marxan/marxan-output.js'
import { boundary } from './pieces/boundary.js'
import { executions } from './pieces/executions.js'
import { features } from './pieces/features.js'
import { metadata } from './pieces/metadata.js'
import { planningUnits } from './pieces/planning-units.js'
import { protectedAreas } from './pieces/protected-areas.js'
import { results } from './pieces/results.js'
import { specification } from './pieces/specification.js'
import { scenarioKind } from './scenario-kind.js'

/** Planning scenarios: the kind `scenario` and its pieces. Register it beside `planningProject()`. */
export function planningScenario(options?: PlanningOptions): Pack {
  const { databases = {} } = checkOptions('planningScenario()', options, planningChecks)
  return {
    name: '@piecework/pieces-scenario',
    kinds: [scenarioKind],
    pieces: [
      metadata,
      protectedAreas,
      planningUnits(databases),
      features(databases),
      specification(databases),
      boundary(databases),
      results(databases),
      executions(databases),
      marxanInput(databases),
      marxanOutput(databases),
    ],
  }
}
