import { isPieceworkError, type Queryable } from '@piecework/core/piece'
import {
  type Geometry,
  type PolygonGeometry,
  type PolygonShape,
  polygonOnEarth,
  readWkb,
} from '@piecework/vector-files'
import { fromDegrees, inDegrees } from './place-sql.js'

/** By PROJ, in PostGIS. */
export async function placeShapes(
  wkt: string,
  shapes: readonly PolygonShape[],
  tx: Queryable,
): Promise<readonly PolygonGeometry[] | undefined> {
  const all = await placedTogether(wkt, shapes, tx)
  if (all) return all
  return (await isKnown(wkt, tx)) ? placedApart(wkt, shapes, tx) : undefined
}

/** Whether some place of the earth can be told in it, and found again. */
async function isKnown(wkt: string, tx: Queryable): Promise<boolean> {
  const there = fromDegrees('ST_MakePoint($2, $3)', '$1::text')
  for (const latitude of [30, 0, -30, 60, -60])
    for (const longitude of [0, 60, -60, 120, -120, 180])
      if (await attempt(tx, `SELECT ${inDegrees(there, '$1::text')}`, [wkt, longitude, latitude])) return true
  return false
}

interface Row {
  readonly wkb: Uint8Array
}

/** Undefined if one of them cannot be placed: PROJ stops at its first such position. */
async function placedTogether(
  wkt: string,
  shapes: readonly PolygonShape[],
  tx: Queryable,
): Promise<readonly PolygonGeometry[] | undefined> {
  const rows = await attempt<Row>(
    tx,
    `SELECT ST_AsBinary(${inDegrees('ewkb::geometry', '$1::text')}, 'NDR') AS wkb
     FROM unnest($2::text[]) WITH ORDINALITY AS shape (ewkb, n) ORDER BY n`,
    [wkt, shapes.map(({ ewkb }) => ewkb)],
  )
  return rows?.map(({ wkb }, at) => placedShape(wkb, shapes[at]?.repaired ?? false))
}

/** Halves, and halves of these, down to the shapes that cannot be placed. */
async function placedApart(
  wkt: string,
  shapes: readonly PolygonShape[],
  tx: Queryable,
): Promise<readonly PolygonGeometry[]> {
  if (shapes.length === 1) return [{ problem: 'out-of-range' }]
  const half = Math.ceil(shapes.length / 2)
  const placed: PolygonGeometry[] = []
  for (const part of [shapes.slice(0, half), shapes.slice(half)])
    placed.push(...((await placedTogether(wkt, part, tx)) ?? (await placedApart(wkt, part, tx))))
  return placed
}

function placedShape(wkb: Uint8Array, repaired: boolean): PolygonGeometry {
  const { geometry } = readWkb(Buffer.from(wkb))
  const polygons = polygonsOf(geometry)
  return polygons ? polygonOnEarth(polygons, { repaired, projected: true }) : { problem: 'out-of-range' }
}

function polygonsOf(geometry: Geometry | null) {
  const polygons =
    geometry?.type === 'Polygon'
      ? [geometry.coordinates]
      : geometry?.type === 'MultiPolygon'
        ? geometry.coordinates
        : undefined
  return polygons?.map((rings) => rings.map((ring) => Float64Array.from(ring.flat())))
}

/** Undefined if the database refuses the statement; the transaction goes on. */
async function attempt<R extends object>(
  tx: Queryable,
  sql: string,
  values: readonly unknown[],
): Promise<readonly R[] | undefined> {
  await tx.query('SAVEPOINT legacy_place')
  try {
    const { rows } = await tx.query<R>(sql, values)
    await tx.query('RELEASE SAVEPOINT legacy_place')
    return rows
  } catch (error) {
    if (!isPieceworkError(error, 'database') || error.retryable) throw error
    await tx.query('ROLLBACK TO SAVEPOINT legacy_place')
    return undefined
  }
}
