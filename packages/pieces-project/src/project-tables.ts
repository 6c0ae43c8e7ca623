/** PostgreSQL's schema of all planning tables. */
export const planningSchema = 'planning'

/** Tables of projects, as SQL names them. Columns are in the migrations. */
export const projectTables = {
  projects: 'planning.projects',
  planning_areas: 'planning.planning_areas',
  planning_units: 'planning.planning_units',
  protected_areas: 'planning.protected_areas',
  cost_surfaces: 'planning.cost_surfaces',
  cost_surface_values: 'planning.cost_surface_values',
  features: 'planning.features',
  feature_geometries: 'planning.feature_geometries',
  feature_amounts: 'planning.feature_amounts',
} as const
