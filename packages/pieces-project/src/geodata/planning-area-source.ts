import { uuidLiteral } from '@piecework/postgres'
import type { GeoSource } from './geo-source.js'

/** The project's planning area: its own, the one that it refers to, or else the smallest administrative area that it names. */
export function planningAreaSource(projectId: string): GeoSource {
  const project = uuidLiteral(projectId)
  return {
    name: 'planning_area',
    polygonal: true,
    columns: [{ name: 'name', type: 'text', sql: 'a.name' }],
    geometry: 'a.geom',
    from: `planning.planning_areas AS a, planning.projects AS p
      WHERE p.id = ${project} AND (a.project_id = p.id OR a.id = p.planning_area_id
        OR a.stable_key = coalesce(nullif(p.admin_area_2, ''), nullif(p.admin_area_1, ''), p.country)
          AND p.planning_area_id IS NULL
          AND NOT EXISTS (SELECT FROM planning.planning_areas WHERE project_id = p.id))`,
    orderBy: 'a.name COLLATE "C", a.geom',
  }
}
