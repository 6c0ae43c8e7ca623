import type { Queryable } from '@piecework/core/piece'

/** What a project holds, without ids: equal projects have equal contents. An attribute that is null counts as missing. */
export async function projectContent(
  db: Queryable,
  id: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const party = `jsonb_build_array(p.name, p.type, ${filled('p')})`
  const location = `jsonb_build_array(l.type, l.area, l.geom::text, ${filled('l')})`
  return {
    schemas: await texts(
      db,
      id,
      `SELECT jsonb_build_array(content_type, selector, fields) AS one FROM tenure.attribute_schemas WHERE project_id = $1`,
    ),
    parties: await texts(db, id, `SELECT ${party} AS one FROM tenure.parties p WHERE project_id = $1`),
    locations: await texts(db, id, `SELECT ${location} AS one FROM tenure.locations l WHERE project_id = $1`),
    relationships: await texts(
      db,
      id,
      `SELECT jsonb_build_array(r.tenure_type, ${filled('r')}, ${party}, ${location}) AS one
       FROM tenure.tenure_relationships r
       JOIN tenure.parties p ON p.id = r.party_id AND p.project_id = r.project_id
       JOIN tenure.locations l ON l.id = r.location_id AND l.project_id = r.project_id WHERE r.project_id = $1`,
    ),
  }
}

const filled = (table: string): string =>
  `(SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(${table}.attributes) WHERE value <> 'null')`

async function texts(db: Queryable, id: string, sql: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ one: unknown }>(sql, [id])
  return rows.map(({ one }) => JSON.stringify(one)).toSorted()
}
