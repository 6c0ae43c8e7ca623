import type { Queryable } from '@piecework/core/piece'
import { newKey, newOrganization } from './sample-project.js'

/** A project as its tables hold it: JSON and WKT as texts. */
export interface ProjectRows {
  readonly schemas: readonly (readonly [readonly [type: string, selector: string | null], fields: string])[]
  readonly parties: readonly (readonly [name: string, type: string, attributes: string])[]
  readonly locations: readonly (readonly [
    type: string,
    area: number | null,
    geometry: string | null,
    attributes: string,
  ])[]
  /** Party and location are counted round. */
  readonly relationships: readonly (readonly [
    party: number,
    location: number,
    type: string,
    attributes: string,
  ])[]
}

/** Its id. Relationships without a party or a location to lead to are left out. */
export async function addProject(db: Queryable, rows: ProjectRows): Promise<string> {
  const project = newKey()
  await db.query(
    `INSERT INTO tenure.projects (id, organization_id, slug, name, owner_id) VALUES ($1, $2, $1, 'Made', 1)`,
    [project, await newOrganization(db)],
  )
  const [parties, locations] = [rows.parties.map(newKey), rows.locations.map(newKey)]
  for (const [[type, selector], fields] of rows.schemas)
    await db.query('INSERT INTO tenure.attribute_schemas VALUES ($1, $2, $3, $4, $5)', [
      newKey(),
      project,
      type,
      selector,
      fields,
    ])
  for (const [at, row] of rows.parties.entries())
    await db.query('INSERT INTO tenure.parties VALUES ($1, $2, $3, $4, $5)', [parties[at], project, ...row])
  for (const [at, [type, area, geometry, attributes]] of rows.locations.entries())
    await db.query('INSERT INTO tenure.locations VALUES ($1, $2, $3, ST_GeomFromText($4, 4326), $5, $6)', [
      locations[at],
      project,
      type,
      geometry,
      area,
      attributes,
    ])
  if (parties.length === 0 || locations.length === 0) return project
  for (const [party, location, type, attributes] of rows.relationships)
    await db.query('INSERT INTO tenure.tenure_relationships VALUES ($1, $2, $3, $4, $5, $6)', [
      newKey(),
      project,
      parties[party % parties.length],
      locations[location % locations.length],
      type,
      attributes,
    ])
  return project
}
