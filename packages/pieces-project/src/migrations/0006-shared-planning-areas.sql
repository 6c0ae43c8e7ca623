-- Planning areas of the whole instance: countries and administrative areas, known by their codes.

ALTER TABLE planning.planning_areas
  ALTER COLUMN project_id DROP NOT NULL,
  ADD COLUMN stable_key text,
  ADD CONSTRAINT planning_areas_shared CHECK ((project_id IS NULL) = (stable_key IS NOT NULL));

CREATE UNIQUE INDEX planning_areas_stable_key ON planning.planning_areas (stable_key)
  WHERE stable_key IS NOT NULL;
