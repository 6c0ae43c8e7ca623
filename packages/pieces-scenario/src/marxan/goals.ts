import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '../scenario-tables.js'
/** A number as Marxan can take it; NULL for what is none. */
export const usable = (sql: string): string =>
  `CASE WHEN ${sql} >= 0 AND ${sql} < 'Infinity'::float8 THEN ${sql} END`

/** The same, or -1, which Marxan takes for a column that is not there. */
export const usableOrUnset = (sql: string): string =>
  `CASE WHEN ${sql} = -1 THEN ${sql} ELSE ${usable(sql)} END`

/**
 * A feature's name on one line. One of blanks alone would be no cell for Marxan; it is named as an import
 * names it.
 */
export const oneLine = (name: string, id: string): string => {
  const line = `translate(${name}, E'\\n\\r', '  ')`
  return `CASE WHEN btrim(${line}, E' \\t') = '' THEN 'Unnamed Feature #' || ${id} ELSE ${line} END`
}

/**
 * The features of a scenario (an SQL literal) with the ids that Marxan knows them by: those that have none
 * get the lowest free numbers from 1 on, in order of their names.
 */
export const goals = (scenario: string): string => `
  SELECT ranked.*, coalesce(ranked.own_id, free.number) AS marxan_id
  FROM (
    SELECT goal.id, goal.feature_id, goal.marxan_id AS own_id, feature.name, goal.prop, goal.target, goal.fpf, goal.target2,
           goal.targetocc, goal.sepnum, goal.sepdistance, goal.type, goal.total_area,
           row_number() OVER (PARTITION BY goal.marxan_id IS NULL
                              ORDER BY feature.name COLLATE "C", feature.stable_key COLLATE "C", feature.id) AS place
    FROM ${scenarioTables.scenario_features} AS goal JOIN ${projectTables.features} AS feature ON feature.id = goal.feature_id
    WHERE goal.scenario_id = ${scenario}
  ) AS ranked
  LEFT JOIN (
    SELECT number, row_number() OVER (ORDER BY number) AS place
    FROM generate_series(1, (SELECT count(*)::integer FROM ${scenarioTables.scenario_features} WHERE scenario_id = ${scenario})) AS number
    WHERE NOT EXISTS (SELECT FROM ${scenarioTables.scenario_features} AS taken
                      WHERE taken.scenario_id = ${scenario} AND taken.marxan_id = number)
  ) AS free ON ranked.own_id IS NULL AND free.place = ranked.place`
