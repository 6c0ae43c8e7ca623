import type { Queryable } from '@piecework/core/piece'
import { areaOf, common } from '../overlay.js'
import { repairedGeometry } from '../repair-sql.js'
import { type Box, boxOf, overlap, ringsOf } from './rings.js'

export interface PlacedUnit {
  /** In the order of the grid. */
  readonly unit: number
  readonly ewkb: string
  readonly box: Box
}

/** Which of the units have an area in common with one of the shapes, by the same rule as the import. */
export async function coveredUnits(
  tx: Queryable,
  units: readonly PlacedUnit[],
  shapes: readonly string[],
): Promise<readonly number[]> {
  const pairs = shapes.flatMap((ewkb, shape) => {
    const box = boxOf(ringsOf(ewkb))
    return units.flatMap((unit, at) => (overlap(unit.box, box) ? [{ at, shape }] : []))
  })
  if (pairs.length === 0) return []
  const [ats, shapeAts] = [new Set(pairs.map(({ at }) => at)), new Set(pairs.map(({ shape }) => shape))]
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
      [...ats],
      [...ats].map((at) => units[at]?.ewkb),
      [...shapeAts],
      [...shapeAts].map((shape) => shapes[shape]),
      pairs.map(({ at }) => at),
      pairs.map(({ shape }) => shape),
    ],
  )
  return rows.flatMap(({ unit: at }) => units[at]?.unit ?? [])
}
