-- The grid: a million rows are normal.

CREATE TABLE planning.planning_units (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES planning.projects ON DELETE CASCADE,
  puid integer NOT NULL CHECK (puid >= 0),
  geom geometry(Geometry, 4326) NOT NULL
    CONSTRAINT planning_units_polygonal CHECK (GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON')),
  UNIQUE (project_id, puid)
);
