import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '../scenario-tables.js'

/** A number as Marxan can take it; NULL for what is none. */
export const usable = (sql: string): string =>
  `CASE WHEN ${sql} >= 0 AND ${sql} < 'Infinity'::float8 THEN ${sql} END`

/** The same, or -1, which Marxan takes for a column that is not there. */
export const usableOrUnset = (sql: string): string =>
  `CASE WHEN ${sql} = -1 THEN ${sql} ELSE ${usable(sql)} END`

/** What JavaScript's `trim` cuts off, as readers of names do. */
const blanks = String.raw`E' \t\n\u000b\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'`

/** A name on one line, without tabs, quotation marks and blanks around it: Marxan has no way to write them. */
const onOneLine = (name: string): string =>
  String.raw`btrim(translate(${name}, E'\n\r\t"', '   '''), ${blanks})`

/**
 * The features of a scenario (an SQL literal) with the ids that Marxan knows them by: those that have none
 * get the lowest free numbers from 1 on, in order of their names. `written` is the name in files: one that
 * would be nothing, or another feature's, has the id, and, if that is the name of yet another feature, more
 * number signs behind it than any name has.
 */
export const goals = (scenario: string): string => `
  WITH named AS (
    SELECT numbered.*, CASE WHEN line = '' THEN 'Unnamed Feature #' || marxan_id
                            WHEN row_number() OVER (PARTITION BY line ORDER BY marxan_id) > 1
                            THEN line || ' #' || marxan_id END AS made
    FROM (${numbered(scenario)}) AS numbered
  )
  SELECT named.*, CASE WHEN made IS NULL THEN line
                       WHEN made IN (SELECT line FROM named)
                       THEN made || repeat('#', (SELECT 1 + max(length(line) - length(rtrim(line, '#'))) FROM named))
                       ELSE made END AS written
  FROM named`

const numbered = (scenario: string): string => `
  SELECT ranked.*, coalesce(ranked.own_id, free.number) AS marxan_id, ${onOneLine('ranked.name')} AS line
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
