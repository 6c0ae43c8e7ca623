import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Database, isPieceworkError } from '@piecework/core'
import { type ScopedTokens, type TokenErrorCode, tokenStatuses } from '@piecework/delivery'
import type { ResourceFiles } from '@piecework/pieces-tenure'

/** By path below a project: a page of the list, as JSON. `$1` is the project. */
const lists: Readonly<Record<string, readonly [from: string, row: string]>> = {
  'attribute-schemas/': [
    'attribute_schemas',
    `json_build_object('id', id, 'content_type', content_type, 'selector', selector, 'fields', fields)`,
  ],
  'parties/': [
    'parties',
    `json_build_object('id', id, 'name', name, 'type', type, 'attributes', attributes)`,
  ],
  'spatial/': [
    'locations',
    `json_build_object('type', 'Feature', 'geometry', ST_AsGeoJSON(geom, 15)::json,
      'properties', json_build_object('id', id, 'type', type, 'area', area, 'attributes', attributes))`,
  ],
  'relationships/tenure/': [
    'tenure_relationships',
    `json_build_object('id', id, 'party_id', party_id, 'spatial_unit_id', location_id, 'tenure_type', tenure_type, 'attributes', attributes)`,
  ],
  'resources/': [
    'resources',
    `json_build_object('id', id, 'name', name, 'description', description, 'original_file', original_file, 'archived', archived,
      'contributor', (SELECT username FROM tenure.users WHERE users.id = contributor_id), 'file', 'files/' || id,
      'links', (SELECT coalesce(json_agg(json_build_object('kind', kind, 'id', target_id)), '[]') FROM tenure.resource_links WHERE resource_id = all_rows.id))`,
  ],
}

const pageRows = 500

/** The API of the host: `/api/v1/projects/<id>/…`, for who has a scoped token. Counts what it answers. */
export function projectApi(db: Database, files: ResourceFiles, tokens: ScopedTokens) {
  const counts = { requests: 0, refused: 0 }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { headers, method = '', url = '' } = request
    counts.requests++
    const status = await refusal(tokens, { authorization: headers.authorization, method, url })
    if (status !== undefined) {
      counts.refused++
      response.writeHead(status).end()
      return
    }
    const { pathname, searchParams } = new URL(url, 'https://any.example.org')
    const [, project = '', below = ''] = /^\/api\/v1\/projects\/(\w+)\/(.*)$/.exec(pathname) ?? []
    const file = /^resources\/files\/(\w+)$/.exec(below)?.[1]
    if (file !== undefined) return pipeline(files.open(`originals/${file}`), response)
    const found =
      below === ''
        ? await projectOf(db, project)
        : await pageOf(db, project, below, Number(searchParams.get('page') ?? 1))
    if (found === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
  }
  return {
    counts,
    handle: (request: IncomingMessage, response: ServerResponse) =>
      void handle(request, response).catch(() => response.headersSent || response.writeHead(500).end()),
  }
}

async function refusal(tokens: ScopedTokens, asked: Parameters<ScopedTokens['authenticate']>[0]) {
  try {
    return (await tokens.authenticate(asked)) ? undefined : 401
  } catch (error) {
    if (!isPieceworkError(error) || !(error.code in tokenStatuses)) throw error
    return tokenStatuses[error.code as TokenErrorCode]
  }
}

async function projectOf(db: Database, project: string): Promise<unknown> {
  const { rows } = await db.query<{ found: unknown }>(
    `SELECT json_build_object('id', id, 'slug', slug, 'name', name, 'description', description, 'country', country, 'urls', urls,
       'contacts', contacts, 'extent', ST_AsGeoJSON(extent, 15)::json, 'access', access, 'archived', archived,
       'created_at', created_at, 'updated_at', updated_at) AS found
     FROM tenure.projects WHERE id = $1`,
    [project],
  )
  return rows[0]?.found
}

async function pageOf(db: Database, project: string, below: string, page: number): Promise<unknown> {
  const [table, row] = lists[below] ?? []
  if (table === undefined) return undefined
  const { rows } = await db.query<{ row: unknown }>(
    `SELECT ${row} AS row FROM tenure.${table} AS all_rows WHERE project_id = $1 ORDER BY id LIMIT $2 OFFSET $3`,
    [project, pageRows, (page - 1) * pageRows],
  )
  const { rows: counted } = await db.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM tenure.${table} WHERE project_id = $1`,
    [project],
  )
  const count = counted[0]?.count ?? 0
  const next = page * pageRows < count ? `?page=${page + 1}` : null
  const found = rows.map((one) => one.row)
  return below === 'spatial/'
    ? { type: 'FeatureCollection', count, next, features: found }
    : { count, next, results: found }
}
