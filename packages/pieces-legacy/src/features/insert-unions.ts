import type { ImportContext } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { unionStatementUnits } from '../defaults.js'
import { unionSql } from '../planning-grid/union-sql.js'

/**
 * One geometry for each feature with amounts: the union of its planning units. The database holds the units
 * of a few features.
 */
export async function insertUnions(context: ImportContext<unknown>): Promise<void> {
  const { tx, ids, resource, signal, progress } = context
  const { rows: features } = await tx.query<{ id: string; units: number }>(
    `SELECT feature_id::text AS id, count(*)::integer AS units FROM ${projectTables.feature_amounts}
     JOIN ${projectTables.features} ON id = feature_id WHERE project_id = $1::uuid GROUP BY feature_id ORDER BY feature_id`,
    [resource.id],
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
