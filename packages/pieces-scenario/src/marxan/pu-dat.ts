import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '../scenario-tables.js'
import type { ScenarioFacts } from './scenario-facts.js'

/**
 * The rows of pu.dat: the units of the project's grid, with Marxan's defaults for those without a row in the
 * scenario. Locations are the centres in metres of EPSG:3410.
 */
export const puSelect = (
  { scenario, project }: ScenarioFacts,
  { locations }: { readonly locations: boolean },
): string => `
  SELECT unit.puid AS id, coalesce(own.cost, 1) AS cost,
         CASE WHEN own.lock_status = 'locked_in' THEN 2 WHEN own.lock_status = 'locked_out' THEN 3
              WHEN own.in_starting_reserve THEN 1 ELSE 0 END AS status
         ${locations ? ', ST_X(centre) AS xloc, ST_Y(centre) AS yloc' : ''}
  FROM ${projectTables.planning_units} AS unit
  LEFT JOIN ${scenarioTables.scenario_planning_units} AS own ON own.planning_unit_id = unit.id AND own.scenario_id = ${scenario}
  ${locations ? 'CROSS JOIN LATERAL ST_Transform(ST_Centroid(unit.geom), 3410) AS centre' : ''}
  WHERE unit.project_id = ${project}
  ORDER BY unit.puid`
