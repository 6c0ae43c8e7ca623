import type { Queryable } from '@piecework/core/piece'
import { uuidLiteral } from '@piecework/postgres'
import { projectTables } from '../project-tables.js'
import type { LayerQuery } from './layer-query.js'

/** Planning units, with their costs if the project has a default cost surface. */
export async function gridQuery(db: Queryable, projectId: string): Promise<LayerQuery> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id::text AS id FROM ${projectTables.cost_surfaces} WHERE project_id = $1 AND is_default`,
    [projectId],
  )
  const surface = rows[0]?.id
  const costs = surface
    ? ` LEFT JOIN ${projectTables.cost_surface_values} AS c
        ON c.planning_unit_id = u.id AND c.cost_surface_id = ${uuidLiteral(surface)}`
    : ''
  return {
    name: 'grid',
    polygonal: true,
    columns: [
      { name: 'puid', type: 'integer', sql: 'u.puid' },
      ...(surface ? [{ name: 'cost', type: 'double', sql: 'c.cost' } as const] : []),
    ],
    geometry: 'u.geom',
    from: `${projectTables.planning_units} AS u${costs} WHERE u.project_id = ${uuidLiteral(projectId)}`,
    orderBy: 'u.puid',
  }
}
