import { isPieceworkError, type Queryable } from '@piecework/core/piece'
import { repairedGeometry } from './repair-sql.js'

export interface RecordShape {
  readonly record: number
  readonly ewkb: string
}

export interface InvalidShape {
  readonly record: number
  /** Without coordinates. */
  readonly reason: string
  /** Undefined: there is no database that could try. */
  readonly repairable?: boolean
}

/** Those of a batch that are no valid polygons. One statement; in this process where `tx` has no database. */
export async function invalidShapes(
  shapes: readonly RecordShape[],
  tx: Queryable,
): Promise<readonly InvalidShape[]> {
  if (shapes.length === 0) return []
  try {
    return await asked(shapes, tx)
  } catch (error) {
    if (!isPieceworkError(error, 'unsupported')) throw error
    const { invalidity } = await import('./shape-validity.js')
    return shapes.flatMap(({ record, ewkb }) => {
      const reason = invalidity(ewkb)
      return reason === undefined ? [] : [{ record, reason }]
    })
  }
}

async function asked(shapes: readonly RecordShape[], tx: Queryable): Promise<readonly InvalidShape[]> {
  const { rows } = await tx.query<InvalidShape>(
    `SELECT record, (ST_IsValidDetail(geom)).reason AS reason,
            NOT ST_IsEmpty(${repairedGeometry('geom')}) AS repairable
     FROM (SELECT record, ewkb::geometry AS geom FROM unnest($1::integer[], $2::text[]) AS u (record, ewkb)) AS units
     WHERE NOT ST_IsValid(geom)
     ORDER BY record`,
    [shapes.map(({ record }) => record), shapes.map(({ ewkb }) => ewkb)],
  )
  return rows
}
