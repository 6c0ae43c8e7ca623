// Compiled from the .sql files of this folder by `npm run build`.
export const sqlSources = [
  {
    name: '0001-scenarios',
    sql: `-- Scenarios. Needs the tables of projects.

-- A shell has no name until its content brings one.
CREATE TABLE planning.scenarios (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES planning.projects ON DELETE CASCADE,
  number integer NOT NULL CHECK (number >= 1),
  name text,
  description text,
  state text NOT NULL DEFAULT 'ready' CHECK (state IN ('importing', 'ready', 'incomplete')),
  cost_surface_id uuid REFERENCES planning.cost_surfaces ON DELETE SET NULL,
  protected_area_ids jsonb NOT NULL DEFAULT '[]',
  protected_threshold double precision,
  number_of_runs integer CHECK (number_of_runs >= 1),
  blm double precision CHECK (blm >= 0),
  blm_range jsonb,
  marxan_parameters jsonb NOT NULL DEFAULT '{}',
  metadata jsonb NOT NULL DEFAULT '{}',
  ran_at_least_once boolean NOT NULL DEFAULT false,
  solutions_are_locked boolean NOT NULL DEFAULT false,
  CONSTRAINT scenarios_name CHECK (name IS NOT NULL OR state <> 'ready')
);

-- Numbers differ among what is visible only: content may bring a number that a shell beside it still has.
CREATE UNIQUE INDEX scenarios_number
  ON planning.scenarios (project_id, (CASE WHEN state = 'ready' THEN number END));

CREATE INDEX scenarios_cost_surface ON planning.scenarios (cost_surface_id);
`,
  },
  {
    name: '0002-planning-units',
    sql: `-- What a scenario says about each unit of the grid, and how long their common boundaries are.

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
`,
  },
  {
    name: '0003-features',
    sql: `-- Targets, the amounts that a legacy project brought, and specifications.

CREATE TABLE planning.scenario_features (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  feature_id uuid NOT NULL REFERENCES planning.features ON DELETE CASCADE,
  marxan_id integer CHECK (marxan_id >= 0),
  type integer,
  prop double precision CHECK (prop >= 0),
  target double precision CHECK (target >= 0),
  fpf double precision CHECK (fpf >= 0),
  target2 double precision,
  targetocc double precision,
  sepnum double precision,
  sepdistance double precision,
  total_area double precision,
  protected_area double precision,
  metadata jsonb NOT NULL DEFAULT '{}',
  UNIQUE (scenario_id, feature_id),
  UNIQUE (scenario_id, marxan_id)
);

CREATE INDEX scenario_features_feature ON planning.scenario_features (feature_id);

CREATE TABLE planning.scenario_feature_amounts (
  scenario_feature_id uuid NOT NULL REFERENCES planning.scenario_features ON DELETE CASCADE,
  planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  amount double precision NOT NULL CHECK (amount >= 0 AND amount < 'Infinity'),
  PRIMARY KEY (scenario_feature_id, planning_unit_id)
);

CREATE INDEX scenario_feature_amounts_unit ON planning.scenario_feature_amounts (planning_unit_id);

CREATE TABLE planning.feature_specifications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  is_draft boolean NOT NULL DEFAULT false,
  raw jsonb NOT NULL
);

CREATE INDEX feature_specifications_scenario ON planning.feature_specifications (scenario_id);
`,
  },
  {
    name: '0004-results',
    sql: `-- What runs of the solver found, and the files that they read and wrote.

CREATE TABLE planning.run_summaries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  run integer NOT NULL CHECK (run >= 1),
  score double precision,
  cost double precision,
  planning_units integer,
  connectivity double precision,
  penalty double precision,
  shortfall double precision,
  mpm double precision,
  is_best boolean NOT NULL DEFAULT false,
  metadata jsonb NOT NULL DEFAULT '{}',
  UNIQUE (scenario_id, run)
);

CREATE TABLE planning.run_solutions (
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  run integer NOT NULL CHECK (run >= 1),
  planning_unit_id uuid NOT NULL REFERENCES planning.planning_units ON DELETE CASCADE,
  PRIMARY KEY (scenario_id, run, planning_unit_id)
);

CREATE INDEX run_solutions_unit ON planning.run_solutions (planning_unit_id);

CREATE TABLE planning.run_feature_results (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_feature_id uuid NOT NULL REFERENCES planning.scenario_features ON DELETE CASCADE,
  run integer NOT NULL CHECK (run >= 1),
  amount double precision,
  occurrences integer,
  separation integer,
  target_met boolean,
  mpm double precision,
  UNIQUE (scenario_feature_id, run)
);

CREATE TABLE planning.execution_files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_id uuid NOT NULL REFERENCES planning.scenarios ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('input', 'output')),
  created_at timestamptz NOT NULL DEFAULT now(),
  content bytea NOT NULL
);

CREATE INDEX execution_files_scenario ON planning.execution_files (scenario_id);
`,
  },
  {
    name: '0005-locations',
    sql: `-- Where planning units are, as pu.dat gives it: in any unit of length, from any origin.

ALTER TABLE planning.scenario_planning_units
  ADD COLUMN xloc double precision CHECK (xloc > '-Infinity' AND xloc < 'Infinity'),
  ADD COLUMN yloc double precision CHECK (yloc > '-Infinity' AND yloc < 'Infinity'),
  ADD CONSTRAINT scenario_planning_units_location CHECK ((xloc IS NULL) = (yloc IS NULL));
`,
  },
]
