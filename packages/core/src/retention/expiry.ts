import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Queryable } from '../contracts/database.js'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Kept } from '../contracts/job-result.js'
import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import { keptArtifacts } from './kept-until.js'

/** How long what jobs leave behind is kept, in ms. */
export interface RetentionTtls {
  readonly archiveTtlMs: number
  readonly retryTtlMs: number
  readonly draftTtlMs: number
}

/** Job whose bytes a key belongs to. Undefined for what a host has named. */
export function ownerOf(artifact: string): string | undefined {
  return /^(?:jobs|archives)\/([^/]+)(?:\/|$)/.exec(artifact)?.[1]
}

/** Throws `expired` for an archive of ours whose time is over, whether or not its bytes are gone. */
export async function assertLive(
  { store, environment }: { readonly store: Store; readonly environment: Environment },
  artifact: string,
  tx?: Queryable,
): Promise<void> {
  if (!artifact.startsWith('archives/')) return
  const job = await store.jobs.get(ownerOf(artifact) ?? '', tx)
  const kept = job && keptArtifacts(job.result).find((one) => one.artifact === artifact)
  const any = kept ?? job?.result.archive
  if (job && any) refuseExpired(job.id, any, environment.now())
}

/** Throws `expired`. `now`: ms since epoch. */
export function refuseExpired(job: string, { expiresAt, deletedAt }: Kept, now: number): void {
  if (!deletedAt && expiresAt.getTime() > now) return
  throw new PieceworkError(
    'expired',
    `What job ${job} has made was kept until ${expiresAt.toISOString()}; export again.`,
    { facts: { job, expiresAt: expiresAt.toISOString() } },
  )
}

/** Throws `expired` if an upload of a job that is to be retried is gone or has another size. */
export async function assertKept(
  { artifacts, environment }: { readonly artifacts: ArtifactStore; readonly environment: Environment },
  { id, request, result }: Job,
): Promise<void> {
  const isOver = result.retryUntil !== undefined && result.retryUntil.getTime() <= environment.now()
  const uploads = request.input?.uploads ?? []
  const joined = joinedArtifacts(artifacts, uploads)
  for (const { artifact, fileName, size } of uploads) {
    if (!(isOver && ownerOf(artifact) === id) && (await isWhole(joined, artifact, size))) continue
    throw new PieceworkError('expired', `"${fileName}", which job ${id} has read, is not kept any more.`, {
      facts: { job: id, file: fileName },
    })
  }
}

/** Whether an artifact is there with the size that it was written with. */
export async function isWhole(artifacts: ArtifactStore, artifact: string, size: number): Promise<boolean> {
  return (await artifacts.stat(artifact))?.size === size
}
