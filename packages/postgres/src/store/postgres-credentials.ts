import { type Credentials, type Database, PieceworkError, type SealedCredential } from '@piecework/core/store'

export function postgresCredentials(control: Database): Credentials {
  const read = async (condition: string, values: readonly unknown[]) => {
    const { rows } = await control.query<{ row: string }>(
      `SELECT to_jsonb(c)::text AS row FROM piecework.credentials c WHERE ${condition}`,
      values,
    )
    return rows.map(({ row }) => credentialOf(JSON.parse(row) as Row))
  }
  return {
    add: async ({ id, owner, target, name, key, sealed }) => {
      const { rows } = await control.query<{ row: string }>(
        `INSERT INTO piecework.credentials AS c (id, owner_id, target, name, key_id, sealed, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, piecework.now()) ON CONFLICT DO NOTHING RETURNING to_jsonb(c)::text AS row`,
        [id, owner, target, name, key, sealed],
      )
      if (!rows[0]) throw new PieceworkError('internal', `Credential ${id} exists.`)
      return credentialOf(JSON.parse(rows[0].row) as Row)
    },
    get: async (id) => (await read('c.id = $1', [id]))[0],
    list: ({ owner, target }) =>
      read('c.owner_id = $1 AND ($2::text IS NULL OR c.target = $2) ORDER BY c.number', [
        owner,
        target ?? null,
      ]),
    sealedByOthers: (key, { after = '', limit }) =>
      read('c.key_id <> $1 AND c.id > $2 ORDER BY c.id LIMIT $3::int', [key, after, limit]),
    reseal: async (id, from, to) => {
      const { rowCount } = await control.query(
        `UPDATE piecework.credentials SET key_id = $4, sealed = $5 WHERE id = $1 AND key_id = $2 AND sealed = $3`,
        [id, from.key, from.sealed, to.key, to.sealed],
      )
      return rowCount === 1
    },
    mark: async (id, revoked) => {
      await control.query('UPDATE piecework.credentials SET revoked = $2 WHERE id = $1', [
        id,
        revoked ?? null,
      ])
    },
    remove: async (id, owner) => {
      const { rowCount } = await control.query(
        'DELETE FROM piecework.credentials WHERE id = $1 AND owner_id = $2',
        [id, owner],
      )
      return rowCount === 1
    },
  }
}

interface Row {
  readonly id: string
  readonly owner_id: string
  readonly target: string
  readonly name: string
  readonly key_id: string
  readonly sealed: string
  readonly created_at: string
  readonly revoked: string | null
}

const credentialOf = ({
  id,
  owner_id,
  target,
  name,
  key_id,
  sealed,
  created_at,
  revoked,
}: Row): SealedCredential => ({
  id,
  owner: owner_id,
  target,
  name,
  key: key_id,
  sealed,
  createdAt: new Date(created_at),
  ...(revoked !== null && { revoked }),
})
