import type { Migration } from '@piecework/postgres'

/** Planning areas of the whole instance: countries and administrative areas, known by their codes. */
export const sharedPlanningAreas: Migration = {
  name: 'planning/0006-shared-planning-areas',
  up: async (tx) => {
    await tx.query(`
      ALTER TABLE planning.planning_areas
        ALTER COLUMN project_id DROP NOT NULL,
        ADD COLUMN stable_key text,
        ADD CONSTRAINT planning_areas_shared CHECK ((project_id IS NULL) = (stable_key IS NOT NULL))`)
    await tx.query(`
      CREATE UNIQUE INDEX planning_areas_stable_key ON planning.planning_areas (stable_key)
        WHERE stable_key IS NOT NULL`)
  },
}
