/**
 * Tables of scenarios, as SQL names them; those of projects are `projectTables`. Columns are in the
 * migrations.
 */
export const scenarioTables = {
  scenarios: 'planning.scenarios',
  scenario_planning_units: 'planning.scenario_planning_units',
  boundary_lengths: 'planning.boundary_lengths',
  scenario_features: 'planning.scenario_features',
  scenario_feature_amounts: 'planning.scenario_feature_amounts',
  feature_specifications: 'planning.feature_specifications',
  run_summaries: 'planning.run_summaries',
  run_solutions: 'planning.run_solutions',
  run_feature_results: 'planning.run_feature_results',
  execution_files: 'planning.execution_files',
} as const
