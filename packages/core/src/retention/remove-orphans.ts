import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Environment } from '../contracts/environment.js'
import type { Job } from '../contracts/jobs.js'
import type { Store } from '../contracts/store.js'
import { engineTimes } from '../defaults.js'
import { isTerminal } from '../engine/machine.js'
import type { Registry } from '../plan/registry.js'
import { ownerOf } from './expiry.js'
import { keptArtifacts } from './kept-until.js'
import { uploadsStay } from './uploads-stay.js'

export interface OrphanDeps {
  readonly store: Store
  readonly artifacts: ArtifactStore
  readonly registry: Registry
  readonly environment: Environment
}

/**
 * Deletes bytes that no job will ever delete: those of requests that were rolled back or crashed before there
 * was a job, and of ended jobs whose own clean-up could not reach the store. Nothing of a job that has not
 * ended, and nothing that is kept.
 */
export async function removeOrphans(deps: OrphanDeps, signal: AbortSignal): Promise<void> {
  for (const prefix of ['jobs', 'archives'] as const) {
    for await (const { job, keys } of byJob(deps.artifacts, prefix, signal)) {
      const owner = await deps.store.jobs.get(job)
      // Of an archive that is still to be imported.
      if (!owner && (await deps.store.uploads.hasJob(job))) continue
      const isOrphan = await orphanRule(deps, prefix, owner)
      const orphans = keys.filter(isOrphan)
      if (await isBeingWritten(deps, orphans)) continue
      for (const key of orphans) await deps.artifacts.delete(key)
    }
  }
}

/** Keys below the prefix; those of one job are listed one after the other. */
async function* byJob(
  artifacts: ArtifactStore,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly job: string; readonly keys: readonly string[] }> {
  let current: { readonly job: string; readonly keys: string[] } | undefined
  for await (const key of artifacts.list(prefix)) {
    signal.throwIfAborted()
    const job = ownerOf(key)
    if (job === undefined) continue
    if (job !== current?.job) {
      if (current) yield current
      current = { job, keys: [] }
    }
    current.keys.push(key)
  }
  if (current) yield current
}

/** Which bytes of a job nothing needs. */
export async function orphanRule(
  deps: Pick<OrphanDeps, 'store' | 'registry'>,
  prefix: 'jobs' | 'archives',
  job: Job | undefined,
): Promise<(key: string) => boolean> {
  if (!job) return () => true
  if (!isTerminal(job.status)) return () => false
  // Of what a retry takes over, staged or made.
  if (job.result.retryUntil) return () => false
  if (prefix === 'archives') {
    const kept = keptArtifacts(job.result).filter(({ deletedAt }) => deletedAt === undefined)
    return (key) => !kept.some(({ artifact }) => artifact === key)
  }
  const name = job.request.input?.format ?? 'archive'
  const format = deps.registry.formats.get(name)
  // One that this process does not know may keep them.
  if (job.request.keepUploads && !format && name !== 'archive') return () => false
  if (!uploadsStay(job, format)) return () => true
  const isKept = job.status !== 'succeeded' || !job.target || (await isThere(deps, job.target))
  return () => !isKept
}

async function isThere(
  { store, registry }: Pick<OrphanDeps, 'store' | 'registry'>,
  target: NonNullable<Job['target']>,
): Promise<boolean> {
  const kind = registry.kinds.get(target.kind)
  return !kind || (await kind.describe(target, store.database)) !== undefined
}

/** Whether one is young or has just gone: then a request may be under way. */
async function isBeingWritten(
  { artifacts, environment }: OrphanDeps,
  keys: readonly string[],
): Promise<boolean> {
  for (const key of keys) {
    const found = await artifacts.stat(key)
    if (!found || found.createdAt.getTime() > environment.now() - engineTimes.orphanAgeMs) return true
  }
  return false
}
