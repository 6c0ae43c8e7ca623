-- Where planning units are, as pu.dat gives it: in any unit of length, from any origin.

ALTER TABLE planning.scenario_planning_units
  ADD COLUMN xloc double precision CHECK (xloc > '-Infinity' AND xloc < 'Infinity'),
  ADD COLUMN yloc double precision CHECK (yloc > '-Infinity' AND yloc < 'Infinity'),
  ADD CONSTRAINT scenario_planning_units_location CHECK ((xloc IS NULL) = (yloc IS NULL));
