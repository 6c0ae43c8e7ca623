import type { ImportContext } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { unionStatementUnits } from '../defaults.js'
import { unionSql } from '../planning-grid/union-sql.js'

/** Features whose planning units are about as many as those of each other share. */
export interface Share {
  /** From 1. */
  readonly number: number
  readonly of: number
}

/**
 * One geometry for each feature with amounts, of those of the share: the union of its planning units. The database holds the
 * units of a few features. The shares are those of the rows that stand there: together all features, each once.
 */
export async function insertUnions(
  context: ImportContext<unknown>,
  { number, of }: Share = { number: 1, of: 1 },
): Promise<void> {
  const { tx, ids, resource, signal, progress } = context
  const { rows: features } = await tx.query<{ id: string; units: number }>(
    `SELECT id, units FROM (
       SELECT feature_id::text AS id, count(*)::integer AS units,
              sum(count(*)) OVER (ORDER BY feature_id) - count(*) AS before, sum(count(*)) OVER () AS total
       FROM ${projectTables.feature_amounts} JOIN ${projectTables.features} ON id = feature_id
       WHERE project_id = $1::uuid GROUP BY feature_id
     ) AS counted
     WHERE div(before * $3::integer, total) = $2::integer - 1 ORDER BY id`,
    [resource.id, number, of],
  )
  for (let at = 0; at < features.length; ) {
    const group: string[] = []
    for (let units = 0; at < features.length && units < unionStatementUnits; at += 1) {
      const feature = features[at] as (typeof features)[number]
      group.push(feature.id)
      units += feature.units
    }
    signal.throwIfAborted()
    await tx.query(
      `INSERT INTO ${projectTables.feature_geometries} (id, feature_id, geom)
       SELECT ${uuidExpression(ids.key('feature_geometries'), 'feature.id')}, feature.id, shape.geom
       FROM unnest($1::uuid[]) AS feature (id) CROSS JOIN LATERAL (
         ${unionSql(`SELECT unit.geom FROM ${projectTables.feature_amounts} AS amount
           JOIN ${projectTables.planning_units} AS unit ON unit.id = amount.planning_unit_id
           WHERE amount.feature_id = feature.id`)}
       ) AS shape`,
      [group],
    )
    progress(at, features.length)
  }
}
