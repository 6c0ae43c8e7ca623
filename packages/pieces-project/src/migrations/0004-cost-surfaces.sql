-- What each planning unit costs, in as many versions as a project keeps.

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
