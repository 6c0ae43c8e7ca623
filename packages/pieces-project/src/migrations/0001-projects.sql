-- Projects and their custom planning areas.

CREATE EXTENSION IF NOT EXISTS postgis;

CREATE SCHEMA IF NOT EXISTS planning;

-- A shell has no name until its content brings one.
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
);

CREATE INDEX projects_owner ON planning.projects (owner_id);

CREATE TABLE planning.planning_areas (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES planning.projects ON DELETE CASCADE,
  name text,
  geom geometry(MultiPolygon, 4326) NOT NULL
);

CREATE INDEX planning_areas_project ON planning.planning_areas (project_id);

ALTER TABLE planning.projects ADD CONSTRAINT projects_planning_area
  FOREIGN KEY (planning_area_id) REFERENCES planning.planning_areas ON DELETE SET NULL;

CREATE INDEX projects_planning_area ON planning.projects (planning_area_id);
