import { type KeyedJob, type NewJob, type Queryable, requestKeyUsed } from '@piecework/core/store'

/** Throws `request-key-used`; waits for a transaction that has the same key and is not over. */
export async function addRequestKey(
  tx: Queryable,
  {
    id,
    principal,
    requestKey,
    requestKeyOf = principal.id,
  }: Pick<NewJob, 'id' | 'principal' | 'requestKey' | 'requestKeyOf'>,
): Promise<void> {
  if (!requestKey) return
  const { key, digest } = requestKey
  const { rowCount } = await tx.query(
    `INSERT INTO piecework.request_keys (principal_id, key, digest, job_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT (principal_id, key) DO NOTHING`,
    [requestKeyOf, key, digest, id],
  )
  if (rowCount === 1) return
  const used = await findByRequestKey(tx, requestKeyOf, key)
  throw requestKeyUsed(key, used ?? { job: '', digest: '' })
}

export async function findByRequestKey(
  db: Queryable,
  principal: string,
  key: string,
): Promise<KeyedJob | undefined> {
  const { rows } = await db.query<{ job: string; digest: string }>(
    'SELECT job_id AS job, digest FROM piecework.request_keys WHERE principal_id = $1 AND key = $2',
    [principal, key],
  )
  return rows[0]
}

/** What the job was asked for can be asked again. */
export async function removeRequestKeys(tx: Queryable, job: string): Promise<void> {
  await tx.query('DELETE FROM piecework.request_keys WHERE job_id = $1', [job])
}
