-- What runs of the solver found, and the files that they read and wrote.

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
