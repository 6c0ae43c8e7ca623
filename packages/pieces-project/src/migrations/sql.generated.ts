// Compiled from the .sql files of this folder by `npm run build`.
export const sqlSources = [
  {
    name: '0001-projects',
    sql: `-- Projects and their custom planning areas.

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
`,
  },
  {
    name: '0002-planning-units',
    sql: `-- The grid: a million rows are normal.

CREATE TABLE planning.planning_units (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES planning.projects ON DELETE CASCADE,
  puid integer NOT NULL CHECK (puid >= 0),
  geom geometry(Geometry, 4326) NOT NULL
    CONSTRAINT planning_units_polygonal CHECK (GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON')),
  UNIQUE (project_id, puid)
);
`,
  },
  {
    name: '0003-protected-areas',
    sql: `-- Protected areas of one project, or of the whole instance: those are known by their stable key.

CREATE TABLE planning.protected_areas (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid REFERENCES planning.projects ON DELETE CASCADE,
  stable_key text,
  name text,
  iucn_category text,
  wdpa_id text,
  status text,
  designation text,
  geom geometry(MultiPolygon, 4326) NOT NULL,
  CONSTRAINT protected_areas_shared CHECK ((project_id IS NULL) = (stable_key IS NOT NULL))
);

CREATE INDEX protected_areas_project ON planning.protected_areas (project_id);

CREATE UNIQUE INDEX protected_areas_stable_key ON planning.protected_areas (stable_key)
  WHERE stable_key IS NOT NULL;
`,
  },
  {
    name: '0004-cost-surfaces',
    sql: `-- What each planning unit costs, in as many versions as a project keeps.

CREATE TABLE planning.cost_surfaces (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES planning.projects ON DELETE CASCADE,
  name text NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  min double precision,
  max double precision,
  UNIQUE (project_id, name)
);

CREATE UNIQUE INDEX cost_surfaces_default ON planning.cost_surfaces (project_id) WHERE is_default;

CREATE TABLE planning.cost_surface_values (
  cost_surface_id uuid NOT NULL REFERENCES planning.cost_surfaces ON DELETE CASCADE,
  planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  cost double precision NOT NULL CHECK (cost >= 0 AND cost < 'Infinity'),
  PRIMARY KEY (cost_surface_id, planning_unit_id)
);

CREATE INDEX cost_surface_values_unit ON planning.cost_surface_values (planning_unit_id);
`,
  },
  {
    name: '0005-features',
    sql: `-- Features of one project, or shared ones known by their stable key; geometries; ten million amounts are normal.

CREATE TABLE planning.features (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid REFERENCES planning.projects ON DELETE CASCADE,
  stable_key text,
  name text NOT NULL,
  alias text,
  description text,
  tag text,
  is_legacy boolean NOT NULL DEFAULT false,
  source text,
  properties jsonb,
  geoprocessing jsonb,
  amount_min double precision,
  amount_max double precision,
  UNIQUE NULLS NOT DISTINCT (project_id, name),
  CONSTRAINT features_shared CHECK ((project_id IS NULL) = (stable_key IS NOT NULL))
);

CREATE UNIQUE INDEX features_stable_key ON planning.features (stable_key) WHERE stable_key IS NOT NULL;

CREATE TABLE planning.feature_geometries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  feature_id uuid NOT NULL REFERENCES planning.features ON DELETE CASCADE,
  geom geometry(Geometry, 4326) NOT NULL,
  properties jsonb
);

CREATE INDEX feature_geometries_feature ON planning.feature_geometries (feature_id);

CREATE TABLE planning.feature_amounts (
  feature_id uuid NOT NULL REFERENCES planning.features ON DELETE CASCADE,
  planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  amount double precision NOT NULL CHECK (amount >= 0 AND amount < 'Infinity'),
  PRIMARY KEY (feature_id, planning_unit_id)
);

CREATE INDEX feature_amounts_unit ON planning.feature_amounts (planning_unit_id);
`,
  },
  {
    name: '0006-shared-planning-areas',
    sql: `-- Planning areas of the whole instance: countries and administrative areas, known by their codes.

ALTER TABLE planning.planning_areas
  ALTER COLUMN project_id DROP NOT NULL,
  ADD COLUMN stable_key text,
  ADD CONSTRAINT planning_areas_shared CHECK ((project_id IS NULL) = (stable_key IS NOT NULL));

CREATE UNIQUE INDEX planning_areas_stable_key ON planning.planning_areas (stable_key)
  WHERE stable_key IS NOT NULL;
`,
  },
]
