import { uuidLiteral } from '@piecework/postgres'
import { projectTables } from '../project-tables.js'
import type { LayerQuery } from './layer-query.js'

/**
 * The planning area of the project: its own, the one that it refers to, or the smallest administrative area
 * that it names.
 */
export function planningAreaQuery(projectId: string): LayerQuery {
  const project = uuidLiteral(projectId)
  return {
    name: 'planning_area',
    polygonal: true,
    columns: [{ name: 'name', type: 'text', sql: 'a.name' }],
    geometry: 'a.geom',
    from: `${projectTables.planning_areas} AS a, ${projectTables.projects} AS p
      WHERE p.id = ${project} AND (a.project_id = p.id OR a.id = p.planning_area_id
        OR a.stable_key = coalesce(nullif(p.admin_area_2, ''), nullif(p.admin_area_1, ''), p.country)
          AND p.planning_area_id IS NULL
          AND NOT EXISTS (SELECT FROM ${projectTables.planning_areas} WHERE project_id = p.id))`,
    orderBy: 'a.name COLLATE "C", a.geom',
  }
}
