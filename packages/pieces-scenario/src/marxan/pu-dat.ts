import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '../scenario-tables.js'
import type { ScenarioFacts } from './scenario-facts.js'

/** Units of the grid whose location is stored, and the others. */
export interface Locations {
  readonly stored: number
  readonly others: number
}

export async function locationsOf(tx: Queryable, facts: ScenarioFacts): Promise<Locations> {
  const { rows } = await tx.query<Locations>(
    `SELECT count(own.xloc)::integer AS stored, (count(*) - count(own.xloc))::integer AS others FROM ${units(facts)}`,
  )
  return rows[0] ?? { stored: 0, others: 0 }
}

const units = ({ scenario, project }: ScenarioFacts): string => `
  (SELECT id, puid, geom FROM ${projectTables.planning_units} WHERE project_id = ${project}) AS unit
  LEFT JOIN ${scenarioTables.scenario_planning_units} AS own ON own.planning_unit_id = unit.id AND own.scenario_id = ${scenario}`

/**
 * The rows of pu.dat: the units of the project's grid, with Marxan's defaults for those without a row in the
 * scenario. Where no location is stored it is the centre in metres of EPSG:3410.
 */
export const puSelect = (facts: ScenarioFacts, { locations }: { readonly locations: boolean }): string => `
  SELECT unit.puid AS id, coalesce(own.cost, 1) AS cost,
         CASE WHEN own.lock_status = 'locked_in' THEN 2 WHEN own.lock_status = 'locked_out' THEN 3
              WHEN own.in_starting_reserve THEN 1 ELSE 0 END AS status
         ${locations ? ', coalesce(own.xloc, ST_X(centre)) AS xloc, coalesce(own.yloc, ST_Y(centre)) AS yloc' : ''}
  FROM ${units(facts)}
  ${locations ? `LEFT JOIN LATERAL ${centre} ON own.xloc IS NULL` : ''}
  ORDER BY unit.puid`

const centre = '(SELECT ST_Transform(ST_Centroid(unit.geom), 3410) AS centre) AS shape'
