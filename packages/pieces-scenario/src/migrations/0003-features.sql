-- Targets, the amounts that a legacy project brought, and specifications.

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
