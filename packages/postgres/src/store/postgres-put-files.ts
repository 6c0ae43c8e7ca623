import type { Database, Lease, PutFile, PutFiles } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { leaseKey, leaseLost } from './lease.js'

export const postgresPutFiles = (control: Database): PutFiles => ({
  // What is announced must commit while the transaction of the rows is open.
  ...('embedded' in control && {
    unsupported:
      'They need a database with more than one connection: use a server, or keep the jobs in memory by memoryStore({ database }).',
  }),
  announce: async (lease, files) => {
    if (files.length === 0) return
    // The lock keeps the lease from being taken over in between: who takes it over must see these.
    const { rowCount } = await control.query(
      `WITH own AS (${ownNode})
       INSERT INTO piecework.put_files (job_id, node_id, fence, piece, file)
       SELECT own.job_id, own.id, own.fence, $4, given.file FROM own, unnest($5::text[]) AS given (file)`,
      [...leaseKey(lease), lease.node.piece ?? '', files],
    )
    if (rowCount !== files.length) throw leaseLost(lease)
  },
  withdraw: async (lease, files) => {
    const { rows } = await control.query<{ own: boolean }>(
      `WITH own AS (${ownNode}), withdrawn AS (
         UPDATE piecework.put_files f SET withdrawn = true FROM own
         WHERE f.job_id = own.job_id AND f.node_id = own.id AND f.fence = own.fence AND f.file = ANY ($4::text[])
       )
       SELECT EXISTS (SELECT FROM own) AS own`,
      [...leaseKey(lease), files],
    )
    if (!rows[0]?.own) throw leaseLost(lease as Lease)
  },
  unneeded: async (job, { all, after }) => {
    const { rows } = await control.query<PutFile>(
      `SELECT f.id::text AS id, f.piece, f.file FROM piecework.put_files f
       WHERE f.job_id = $1 AND f.id > $2::bigint AND ($3 OR f.withdrawn OR NOT EXISTS (
         SELECT FROM piecework.nodes n
         WHERE n.job_id = f.job_id AND n.id = f.node_id AND n.fence = f.fence AND n.status = 'done'))
       ORDER BY f.id LIMIT ${defaults.putFiles}`,
      [job, after ?? '0', all],
    )
    return rows
  },
  left: async (olderThanMs, after) => {
    const { rows } = await control.query<PutFile>(
      `SELECT f.id::text AS id, f.piece, f.file FROM piecework.put_files f
       WHERE f.ended_at <= piecework.now() - make_interval(secs => $1::float8 / 1000) AND f.id > $2::bigint
       ORDER BY f.id LIMIT ${defaults.putFiles}`,
      [olderThanMs, after ?? '0'],
    )
    return rows
  },
  forget: async (ids) => {
    await control.query('DELETE FROM piecework.put_files WHERE id = ANY ($1::bigint[])', [ids])
  },
})

const ownNode = `SELECT n.job_id, n.id, n.fence FROM piecework.nodes n
  WHERE n.job_id = $1 AND n.id = $2 AND n.fence = $3::bigint AND n.status = 'running' FOR SHARE`
