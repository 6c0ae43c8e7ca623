import type { MapUnit, Queryable, ResourceRef, UnitMap } from '@piecework/core/piece'
import { readWkb } from '@piecework/vector-files'
import { mapPage } from './defaults.js'
import { projectTables } from './project-tables.js'

/** The grid, with the costs of the default surface. */
export async function projectMap({ id }: ResourceRef, db: Queryable): Promise<UnitMap> {
  return {
    of: 'planning-unit',
    coordinates: 'degrees',
    columns: [{ name: 'cost' }],
    units: () =>
      unitPages(
        db,
        id,
        `SELECT v.cost::float8 AS "0" FROM ${projectTables.cost_surface_values} v
         JOIN ${projectTables.cost_surfaces} s ON s.id = v.cost_surface_id
         WHERE s.is_default AND s.project_id = u.project_id AND v.planning_unit_id = u.id`,
        1,
      ),
  }
}

interface UnitRow {
  readonly puid: number
  readonly geom: Uint8Array
}

/**
 * The planning units of a project in order of their ids. `values`: a query for one row about the unit `u`, whose columns
 * `"0"`, `"1"` … are those of the map; `more` are its parameters, from $4.
 */
export async function* unitPages(
  db: Queryable,
  project: string,
  values: string,
  columns: number,
  more: readonly unknown[] = [],
): AsyncGenerator<readonly MapUnit[]> {
  for (let after = -(2 ** 31) - 1; ; ) {
    const { rows } = await db.query<UnitRow>(
      `SELECT u.puid, ST_AsBinary(u.geom, 'NDR') AS geom, value.* FROM (
         SELECT * FROM ${projectTables.planning_units} WHERE project_id = $1 AND puid > $2::bigint ORDER BY puid LIMIT $3
       ) AS u LEFT JOIN LATERAL (${values}) AS value ON true ORDER BY u.puid`,
      [project, after, mapPage, ...more],
    )
    const last = rows.at(-1)
    if (!last) return
    yield rows.map((row) => ({ id: row.puid, rings: ringsOf(row.geom), values: valuesOf(row, columns) }))
    after = last.puid
  }
}

function valuesOf(row: object, columns: number): (number | undefined)[] {
  const values = row as Readonly<Record<number, number | null>>
  return Array.from({ length: columns }, (_, at) => values[at] ?? undefined)
}

function ringsOf(bytes: Uint8Array): readonly (readonly number[])[] {
  const { geometry } = readWkb(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const polygons =
    geometry?.type === 'Polygon'
      ? [geometry.coordinates]
      : geometry?.type === 'MultiPolygon'
        ? geometry.coordinates
        : []
  return polygons.flatMap((rings) => rings.map((ring) => ring.flat()))
}
