import { buffer } from 'node:stream/consumers'
import type { Queryable } from '@piecework/core/piece'
import type { ResourceFiles } from '@piecework/pieces-tenure'

/** What a project holds, without ids: equal projects have equal contents. An attribute that is null counts as missing. */
export async function projectContent(
  db: Queryable,
  id: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
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

/** Resources that are not archived, with what they are linked to and the bytes of their files. */
export async function resourceContent(
  { db, files }: { readonly db: Queryable; readonly files: Pick<ResourceFiles, 'open'> },
  id: string,
): Promise<readonly string[]> {
  const target = `CASE k.kind WHEN 'project' THEN to_jsonb(k.target_id = r.project_id)
    WHEN 'party' THEN (SELECT ${party} FROM tenure.parties p WHERE p.id = k.target_id AND p.project_id = r.project_id)
    WHEN 'location' THEN (SELECT ${location} FROM tenure.locations l WHERE l.id = k.target_id AND l.project_id = r.project_id)
    ELSE (SELECT to_jsonb(tenure_type) FROM tenure.tenure_relationships t WHERE t.id = k.target_id AND t.project_id = r.project_id) END`
  const links = `(SELECT jsonb_agg(jsonb_build_array(k.kind, ${target}) ORDER BY k.kind) FROM tenure.resource_links k WHERE k.resource_id = r.id)`
  const { rows } = await db.query<{ one: unknown; artifact: string | null }>(
    `SELECT jsonb_build_array(name, description, original_file, ${links}) AS one, artifact
     FROM tenure.resources r WHERE project_id = $1 AND NOT archived`,
    [id],
  )
  const all = rows.map(async ({ one, artifact }) =>
    JSON.stringify([one, artifact === null ? null : (await buffer(files.open(artifact))).toString('base64')]),
  )
  return (await Promise.all(all)).toSorted()
}

const filled = (table: string): string =>
  `(SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(${table}.attributes) WHERE value <> 'null')`

const party = `jsonb_build_array(p.name, p.type, ${filled('p')})`
const location = `jsonb_build_array(l.type, l.area, l.geom::text, ${filled('l')})`

async function texts(db: Queryable, id: string, sql: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ one: unknown }>(sql, [id])
  return rows.map(({ one }) => JSON.stringify(one)).toSorted()
}
