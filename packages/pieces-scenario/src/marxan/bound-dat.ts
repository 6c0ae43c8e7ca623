import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { leastBoundary } from '../defaults.js'
import { scenarioTables } from '../scenario-tables.js'
import { boxesOf, cellSizeOf, cellsOf, meet, tolerance, valid } from './cells.js'
import type { ScenarioFacts } from './scenario-facts.js'

export async function hasStoredBoundaries(tx: Queryable, { scenario }: ScenarioFacts): Promise<boolean> {
  const { rows } = await tx.query<{ stored: boolean }>(
    `SELECT EXISTS (SELECT FROM ${scenarioTables.boundary_lengths} WHERE scenario_id = ${scenario}) AS stored`,
  )
  return rows[0]?.stored === true
}

const storedPairs = ({ scenario, project }: ScenarioFacts): string => `
  SELECT least(one.puid, other.puid) AS id1, greatest(one.puid, other.puid) AS id2, one.puid AS first, stored.length AS boundary
  FROM ${scenarioTables.boundary_lengths} AS stored
  JOIN ${projectTables.planning_units} AS one ON one.id = stored.planning_unit_id AND one.project_id = ${project}
  JOIN ${projectTables.planning_units} AS other ON other.id = stored.other_planning_unit_id AND other.project_id = ${project}
  WHERE stored.scenario_id = ${scenario}`

/** Each pair once, by the row with the lower id first if it is stored in both directions: what Marxan would take of a file in this order. */
export const storedBoundSelect = (facts: ScenarioFacts): string => `
  SELECT DISTINCT ON (id1, id2) id1, id2, boundary FROM (${storedPairs(facts)}) AS pair ORDER BY id1, id2, first`

/** Pairs that are stored in both directions with different lengths. */
export async function differentDirections(tx: Queryable, facts: ScenarioFacts): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM (
       SELECT FROM (${storedPairs(facts)}) AS pair GROUP BY id1, id2 HAVING min(boundary) <> max(boundary)
     ) AS different`,
  )
  return rows[0]?.count ?? 0
}

/** In metres on the ellipsoid, to the millimetre. */
const metres = (line: string): string => `ST_Length((${line})::geography)`
const rounded = (length: string): string => `round((${length})::numeric, 3)::float8`

/** Half of the neighbours in a grid of squares have only that. */
const moreThanACorner = `(least(a.x1, b.x1) - greatest(a.x0, b.x0) > 4 * ${tolerance}
  OR least(a.y1, b.y1) - greatest(a.y0, b.y0) > 4 * ${tolerance})`

/**
 * What units have in common, and what of their boundary they share with none, as the boundary of a unit with
 * itself. Takes about a minute for 200 thousand units.
 */
export const computedBoundSelect = ({ project }: ScenarioFacts): string => `
  WITH part AS MATERIALIZED (
    SELECT unit.puid, row_number() OVER () AS n, dump.geom
    FROM ${projectTables.planning_units} AS unit, ST_Dump(${valid('unit.geom')}) AS dump
    WHERE unit.project_id = ${project} AND GeometryType(dump.geom) = 'POLYGON'
  ),
  box AS MATERIALIZED (${boxesOf('part')}),
  size AS MATERIALIZED (${cellSizeOf('box')}),
  cell AS MATERIALIZED (${cellsOf('box')}),
  pair AS MATERIALIZED (
    SELECT a.n AS one, b.n AS other FROM cell AS a, cell AS b, size WHERE a.n < b.n AND ${meet} AND ${moreThanACorner}
  ),
  piece AS MATERIALIZED (
    SELECT least(one.puid, other.puid) AS id1, greatest(one.puid, other.puid) AS id2,
           ${metres(`ST_CollectionExtract(ST_Intersection(ST_Boundary(one.geom), ST_Boundary(other.geom), ${tolerance}), 2)`)} AS length
    FROM pair JOIN part AS one ON one.n = pair.one JOIN part AS other ON other.n = pair.other
    WHERE one.puid <> other.puid
  ),
  common AS MATERIALIZED (
    SELECT id1, id2, sum(length ORDER BY length) AS length FROM piece WHERE length > 0 GROUP BY id1, id2
  ),
  taken AS (
    SELECT puid, sum(length ORDER BY length) AS length
    FROM (SELECT id1 AS puid, length FROM common UNION ALL SELECT id2, length FROM common) AS side
    GROUP BY puid
  ),
  outline AS (
    SELECT puid, sum(length ORDER BY length) AS length
    FROM (SELECT puid, ${metres('ST_Boundary(geom)')} AS length FROM part) AS ring
    GROUP BY puid
  )
  SELECT id1, id2, ${rounded('length')} AS boundary FROM common WHERE length >= ${leastBoundary}
  UNION ALL
  SELECT puid, puid, ${rounded('outline.length - coalesce(taken.length, 0)')}
  FROM outline LEFT JOIN taken USING (puid)
  WHERE outline.length - coalesce(taken.length, 0) > 0.01
  ORDER BY 1, 2`
