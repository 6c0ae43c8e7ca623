import type { Queryable } from '@piecework/core/piece'
import type { PolygonShape } from '@piecework/vector-files'
import { areaOf, common } from '../overlay.js'
import { repairedGeometry } from '../repair-sql.js'
import { boxOf, overlap } from './box.js'
import type { UnitShape } from './unit-shape.js'

/**
 * The units that have an area in common with one of the shapes, by the same rule as the import. One
 * statement.
 */
export async function coveredUnits(
  units: readonly UnitShape[],
  shapes: readonly PolygonShape[],
  tx: Queryable,
): Promise<readonly number[]> {
  const pairs = shapes.flatMap((shape, shapeAt) => {
    const box = boxOf(shape)
    return units.flatMap((unit, at) => (overlap(unit.box, box) ? [{ at, shapeAt }] : []))
  })
  if (pairs.length === 0) return []
  const ats = [...new Set(pairs.map(({ at }) => at))]
  const shapeAts = [...new Set(pairs.map(({ shapeAt }) => shapeAt))]
  const { rows } = await tx.query<{ unit: number }>(
    `WITH unit AS MATERIALIZED (SELECT n, ${repairedGeometry('geom')} AS geom
       FROM (SELECT n, ewkb::geometry AS geom FROM unnest($1::integer[], $2::text[]) AS given (n, ewkb) OFFSET 0) AS given),
     piece AS MATERIALIZED (SELECT n, ${repairedGeometry('geom')} AS geom
       FROM (SELECT n, ewkb::geometry AS geom FROM unnest($3::integer[], $4::text[]) AS given (n, ewkb) OFFSET 0) AS given)
     SELECT DISTINCT unit.n AS unit
     FROM unnest($5::integer[], $6::integer[]) AS pair (unit, piece)
     JOIN unit ON unit.n = pair.unit JOIN piece ON piece.n = pair.piece
     WHERE ST_Intersects(unit.geom, piece.geom) AND ${areaOf(common)} > 0`,
    [
      ats,
      ats.map((at) => units[at]?.ewkb),
      shapeAts,
      shapeAts.map((at) => shapes[at]?.ewkb),
      pairs.map(({ at }) => at),
      pairs.map(({ shapeAt }) => shapeAt),
    ],
  )
  return rows.flatMap(({ unit: at }) => units[at]?.unit ?? [])
}
