-- Protected areas of one project, or of the whole instance: those are known by their stable key.

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
