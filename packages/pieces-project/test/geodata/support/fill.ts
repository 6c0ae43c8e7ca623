import type { Queryable } from '@piecework/core/piece'

export interface Fill {
  readonly name: string
  readonly description?: string
  /** As EWKT, each with properties as JSON. */
  readonly geometries?: readonly (readonly [wkt: string, properties?: unknown])[]
}

export async function addFeatures(db: Queryable, project: string, features: readonly Fill[]): Promise<void> {
  for (const { name, description, geometries = [] } of features) {
    const { rows } = await db.query<{ id: string }>(
      'INSERT INTO planning.features (project_id, name, description) VALUES ($1, $2, $3) RETURNING id::text AS id',
      [project, name, description ?? null],
    )
    for (const [wkt, properties] of geometries) {
      await db.query(
        `INSERT INTO planning.feature_geometries (feature_id, geom, properties) VALUES ($1, ST_GeomFromText($2, 4326), $3)`,
        [rows[0]?.id, wkt, properties === undefined ? null : JSON.stringify(properties)],
      )
    }
  }
}

/** Units beside each other; with costs where `costs` are given, in the order of their numbers. */
export async function addGrid(
  db: Queryable,
  project: string,
  puids: readonly number[],
  costs?: readonly (number | null)[],
): Promise<void> {
  await db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT $1, puid, ST_MakeEnvelope(n / 7.0, 0, (n + 1) / 7.0, pi() / 10, 4326)
     FROM unnest($2::int[]) WITH ORDINALITY AS u(puid, n)`,
    [project, puids],
  )
  if (!costs) return
  await db.query(
    `WITH surface AS (
       INSERT INTO planning.cost_surfaces (project_id, name, is_default) VALUES ($1, 'Default', true) RETURNING id)
     INSERT INTO planning.cost_surface_values
     SELECT surface.id, u.id, cost FROM surface, unnest($2::int[], $3::float8[]) AS c(puid, cost)
     JOIN planning.planning_units AS u ON u.project_id = $1 AND u.puid = c.puid WHERE cost IS NOT NULL`,
    [project, puids, costs],
  )
}

export async function addPlanningArea(
  db: Queryable,
  project: string,
  name: string | null,
  wkt: string,
): Promise<void> {
  await db.query(
    'INSERT INTO planning.planning_areas (project_id, name, geom) VALUES ($1, $2, ST_GeomFromText($3, 4326))',
    [project, name, wkt],
  )
}
