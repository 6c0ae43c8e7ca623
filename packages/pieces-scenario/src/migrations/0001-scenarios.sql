-- Scenarios. Needs the tables of projects.

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
