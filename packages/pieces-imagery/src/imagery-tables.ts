/** PostgreSQL's schema of all tables of imagery. */
export const imagerySchema = 'imagery'

/** Tables of imagery, as SQL names them. Columns are in the migrations. */
export const imageryTables = {
  projects: 'imagery.projects',
  scenes: 'imagery.scenes',
  project_scenes: 'imagery.project_scenes',
  exports: 'imagery.exports',
} as const
