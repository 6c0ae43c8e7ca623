import type { Database, Link, Links } from '@piecework/core/store'
import { defaults } from '../defaults.js'

export function postgresLinks(control: Database): Links {
  const read = async (statement: string, values: readonly unknown[]) => {
    const { rows } = await control.query<{ row: string }>(statement, values)
    return rows.map(({ row }) => linkOf(JSON.parse(row) as Row))
  }
  const get = async (id: string): Promise<Link | undefined> =>
    (await read('SELECT to_jsonb(l)::text AS row FROM piecework.links l WHERE l.id = $1', [id]))[0]
  return {
    add: async ({ id, job, output, owner, opensAt, expiresAt }) => {
      const [link] = await read(
        `WITH added AS (
           INSERT INTO piecework.links (id, job_id, output, owner_id, created_at, opens_at, expires_at)
           VALUES ($1, $2, $3, $4, piecework.now(), $5, $6) ON CONFLICT (id) DO NOTHING RETURNING *
         )
         SELECT to_jsonb(l)::text AS row FROM added l`,
        [id, job, output, owner, opensAt ?? null, expiresAt],
      )
      return link ?? ((await get(id)) as Link)
    },
    get,
    list: ({ job, owner, after, limit = defaults.listedLinks }) =>
      read(
        `SELECT to_jsonb(l)::text AS row FROM piecework.links l
         WHERE ($1::text IS NULL OR l.job_id = $1) AND ($2::text IS NULL OR l.owner_id = $2)
           AND ($3::text IS NULL OR l.number < (SELECT number FROM piecework.links WHERE id = $3))
         ORDER BY l.number DESC LIMIT $4::int`,
        [job ?? null, owner ?? null, after ?? null, limit],
      ),
    revoke: async (id) => {
      const [link] = await read(
        `UPDATE piecework.links l SET revoked_at = coalesce(l.revoked_at, piecework.now()) WHERE l.id = $1
         RETURNING to_jsonb(l)::text AS row`,
        [id],
      )
      return link
    },
    sweep: async (before, limit) => {
      const { rowCount } = await control.query(
        `DELETE FROM piecework.links WHERE id IN (
           SELECT id FROM piecework.links WHERE expires_at < $1::timestamptz ORDER BY expires_at LIMIT $2::int)`,
        [before, limit],
      )
      return rowCount
    },
  }
}

interface Row {
  readonly id: string
  readonly job_id: string
  readonly output: string
  readonly owner_id: string
  readonly created_at: string
  readonly opens_at: string | null
  readonly expires_at: string
  readonly revoked_at: string | null
}

const linkOf = ({
  id,
  job_id,
  output,
  owner_id,
  created_at,
  opens_at,
  expires_at,
  revoked_at,
}: Row): Link => ({
  id,
  job: job_id,
  output,
  owner: owner_id,
  createdAt: new Date(created_at),
  ...(opens_at !== null && { opensAt: new Date(opens_at) }),
  expiresAt: new Date(expires_at),
  ...(revoked_at !== null && { revokedAt: new Date(revoked_at) }),
})
