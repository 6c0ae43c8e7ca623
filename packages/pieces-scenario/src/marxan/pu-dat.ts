import type { ScenarioFacts } from './scenario-facts.js'

/**
 * The units of the project's grid, those that the scenario says nothing about with Marxan's defaults. Locations are the centres in
 * metres of EPSG:3410; Marxan needs them only to tell how far occurrences of a feature are from one another.
 */
export const puSelect = ({ scenario, project }: ScenarioFacts, withLocations: boolean): string => `
  SELECT unit.puid AS id, coalesce(own.cost, 1) AS cost,
         CASE WHEN own.lock_status = 'locked_in' THEN 2 WHEN own.lock_status = 'locked_out' THEN 3
              WHEN own.in_starting_reserve THEN 1 ELSE 0 END AS status
         ${withLocations ? ', ST_X(centre) AS xloc, ST_Y(centre) AS yloc' : ''}
  FROM planning.planning_units AS unit
  LEFT JOIN planning.scenario_planning_units AS own ON own.planning_unit_id = unit.id AND own.scenario_id = ${scenario}
  ${withLocations ? 'CROSS JOIN LATERAL ST_Transform(ST_Centroid(unit.geom), 3410) AS centre' : ''}
  WHERE unit.project_id = ${project}
  ORDER BY unit.puid`
