-- What a scenario says about each unit of the grid, and how long their common boundaries are.

CREATE TABLE planning.scenario_planning_units (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  lock_status text NOT NULL DEFAULT 'available'
    CHECK (lock_status IN ('available', 'locked_in', 'locked_out')),
  in_starting_reserve boolean NOT NULL DEFAULT false,
  lock_set_by_user boolean NOT NULL DEFAULT false,
  protected_area double precision,
  protected_by_default boolean NOT NULL DEFAULT false,
  cost double precision NOT NULL DEFAULT 1 CHECK (cost >= 0 AND cost < 'Infinity'),
  UNIQUE (scenario_id, planning_unit_id)
);

CREATE INDEX scenario_planning_units_unit ON planning.scenario_planning_units (planning_unit_id);

CREATE TABLE planning.boundary_lengths (
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  other_planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  length double precision NOT NULL CHECK (length >= 0 AND length < 'Infinity'),
  PRIMARY KEY (scenario_id, planning_unit_id, other_planning_unit_id)
);

CREATE INDEX boundary_lengths_unit ON planning.boundary_lengths (planning_unit_id);

CREATE INDEX boundary_lengths_other ON planning.boundary_lengths (other_planning_unit_id);
