import type { Piece } from '@piecework/core/piece'
import { anyRow, type PlanningDatabases, placed, planningSchema } from '@piecework/pieces-project'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'
import { scenarioTables } from '../scenario-tables.js'

/** Results of solver runs: summaries, selected units, results of features. */
export const results = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('scenario/results', databases),
    of: 'scenario',
    version: 1,
    after: ['scenario/planning-units', 'scenario/features'],
    schema: planningSchema,
    applies: anyRow(
      `${scenarioTables.run_summaries} WHERE scenario_id = $1`,
      `${scenarioTables.run_solutions} WHERE scenario_id = $1`,
      `${scenarioTables.run_feature_results} r JOIN ${scenarioTables.scenario_features} f ON f.id = r.scenario_feature_id
     WHERE f.scenario_id = $1`,
    ),
    tables: [
      {
        table: 'run_summaries',
        owner: 'scenario_id',
        order: ['run'],
        columns: [
          'run',
          'score',
          'cost',
          'planning_units',
          'connectivity',
          'penalty',
          'shortfall',
          'mpm',
          'is_best',
          'metadata',
        ],
      },
      {
        table: 'run_solutions',
        owner: 'scenario_id',
        order: ['run', 'planning_unit_id.puid'],
        columns: ['run'],
        references: {
          planning_unit_id: { table: 'planning_units', of: 'project', lookup: sameProject('puid') },
        },
      },
      {
        table: 'run_feature_results',
        owner: 'scenario_feature_id.scenario_id',
        order: ['run', 'scenario_feature_id.feature_id.name', 'scenario_feature_id.feature_id.stable_key'],
        columns: ['run', 'amount', 'occurrences', 'separation', 'target_met', 'mpm'],
        references: { scenario_feature_id: 'scenario_features' },
      },
    ],
  })
