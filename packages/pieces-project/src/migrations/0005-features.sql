-- Features of one project, or shared ones known by their stable key; geometries; ten million amounts are normal.

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
