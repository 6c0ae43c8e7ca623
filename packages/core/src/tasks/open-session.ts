import type { Transaction } from '../contracts/database.js'
import type { Job } from '../contracts/jobs.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import type { AttemptContext } from './attempt-context.js'

/** Runs the host's hook in a transaction of the attempt's piece. */
export async function openSession(
  { session, lease }: AttemptContext,
  tx: Transaction,
  database = lease.node.database,
): Promise<void> {
  const { job, node } = lease
  const { piece, resource } = node
  await session?.(tx, {
    job: job.id,
    kind: job.kind,
    principal: job.principal,
    ...(piece !== undefined && { piece }),
    ...(resource && { resource }),
    ...(database !== undefined && { database }),
  })
}

/** Runs it in a transaction for all shells of a job, or for its rows in another database. */
export async function openShellSession(
  { session }: Pick<EngineDeps, 'session'>,
  { id, kind, principal }: Pick<Job, 'id' | 'kind' | 'principal'>,
  tx: Transaction,
  database?: string,
): Promise<void> {
  await session?.(tx, { job: id, kind, principal, ...(database !== undefined && { database }) })
}
