import type { Piece } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'
import { sameProject } from '../same-project.js'

/** What runs of the solver found: summaries, selected units, what each feature got. */
export const results: Piece = tablePiece({
  name: 'scenario/results',
  of: 'scenario',
  version: 1,
  after: ['scenario/planning-units', 'scenario/features'],
  schema: 'planning',
  tables: [
    { table: 'run_summaries', owner: 'scenario_id', order: ['run'] },
    {
      table: 'run_solutions',
      owner: 'scenario_id',
      order: ['run', 'planning_unit_id.puid'],
      references: {
        planning_unit_id: { table: 'planning_units', of: 'project', elsewhere: sameProject('puid') },
      },
    },
    {
      table: 'run_feature_results',
      owner: 'scenario_feature_id.scenario_id',
      order: ['run', 'scenario_feature_id.feature_id.name', 'scenario_feature_id.feature_id.stable_key'],
      references: { scenario_feature_id: 'scenario_features' },
    },
  ],
})
