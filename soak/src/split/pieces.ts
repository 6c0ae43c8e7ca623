import { planningProject, planningSchema } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { planningDatabases as databases } from '@piecework/test-support/fixtures/planning-databases.js'

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
