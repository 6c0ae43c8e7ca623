import type { Migration } from '@piecework/postgres'

/** Projects and their custom planning areas. */
export const projects: Migration = {
  name: 'planning/0001-projects',
  up: async (tx) => {
    await tx.query('CREATE EXTENSION IF NOT EXISTS postgis')
    await tx.query('CREATE SCHEMA IF NOT EXISTS planning')
    // A shell has no name until its content brings one.
    await tx.query(`
      CREATE TABLE planning.projects (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text,
        description text,
        owner_id text NOT NULL,
        source text NOT NULL DEFAULT 'native' CHECK (source IN ('native', 'legacy_import')),
        state text NOT NULL DEFAULT 'ready' CHECK (state IN ('importing', 'ready', 'incomplete')),
        planning_area_id uuid,
        country text,
        admin_area_1 text,
        admin_area_2 text,
        grid_shape text CHECK (grid_shape IN ('square', 'hexagon', 'custom')),
        grid_unit_area_km2 double precision CHECK (grid_unit_area_km2 > 0),
        bbox jsonb,
        blm_range jsonb,
        metadata jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT projects_name CHECK (name IS NOT NULL OR state <> 'ready')
      )`)
    await tx.query('CREATE INDEX projects_owner ON planning.projects (owner_id)')
    await tx.query(`
      CREATE TABLE planning.planning_areas (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES planning.projects ON DELETE CASCADE,
        name text,
        geom geometry(MultiPolygon, 4326) NOT NULL
      )`)
    await tx.query('CREATE INDEX planning_areas_project ON planning.planning_areas (project_id)')
    await tx.query(`
      ALTER TABLE planning.projects ADD CONSTRAINT projects_planning_area
        FOREIGN KEY (planning_area_id) REFERENCES planning.planning_areas ON DELETE SET NULL`)
    await tx.query('CREATE INDEX projects_planning_area ON planning.projects (planning_area_id)')
  },
}
