import type { Queryable } from '@piecework/core/piece'
import type { InvalidShape, RecordShape } from './geometry-checks.js'
import { repairedGeometry } from './repair-sql.js'

/** One statement for the batch. */
export async function invalidShapes(
  shapes: readonly RecordShape[],
  tx: Queryable,
): Promise<readonly InvalidShape[]> {
  const { rows } = await tx.query<InvalidShape>(
    `SELECT record, (ST_IsValidDetail(geom)).reason AS reason,
            NOT ST_IsEmpty(${repairedGeometry('geom')}) AS repairable
     FROM (SELECT record, ewkb::geometry AS geom FROM unnest($1::integer[], $2::text[]) AS u (record, ewkb)) AS units
     WHERE NOT ST_IsValid(geom)
     ORDER BY record`,
    [shapes.map(({ record }) => record), shapes.map(({ shape }) => shape.ewkb)],
  )
  return rows
}
