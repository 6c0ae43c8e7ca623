import type { Job } from '../contracts/jobs.js'
import { isTerminal } from '../engine/machine.js'
import type { EngineDeps } from '../tasks/work.js'
import { ownerOf } from './expiry.js'

export type Leftovers = Pick<EngineDeps, 'store' | 'artifacts' | 'registry'>

/**
 * Younger than this, bytes without a job may belong to a request under way: uploads that take their time, a host's transaction that
 * has not committed, a comparison.
 */
const youngMs = 24 * 60 * 60 * 1000

/**
 * Deletes bytes that no job will ever delete: those of requests that were rolled back or crashed before there was a job, and of ended jobs
 * whose own clean-up could not reach the store. Nothing of a job that has not ended, and nothing that is kept.
 */
export async function removeLeftovers(
  { store, artifacts, registry }: Leftovers,
  signal: AbortSignal,
): Promise<void> {
  for (const prefix of ['jobs', 'archives'] as const) {
    let owner: string | undefined
    let isLeft: (key: string) => boolean = () => false
    let old: string[] = []
    const removeOld = async () => {
      for (const key of old) await artifacts.delete(key)
      old = []
    }
    for await (const key of artifacts.list(prefix)) {
      signal.throwIfAborted()
      const owned = ownerOf(key)
      if (owned === undefined) continue
      if (owned !== owner) {
        await removeOld()
        owner = owned
        isLeft = await judge(prefix, await store.jobs.get(owned))
      }
      if (!isLeft(key)) continue
      const found = await artifacts.stat(key)
      const isYoung = !found || found.createdAt.getTime() > Date.now() - youngMs
      // One that is still being written to is left alone as a whole.
      if (isYoung) isLeft = () => false
      if (isYoung) old = []
      else old.push(key)
    }
    await removeOld()
  }

  /** Which bytes below a job's prefix nothing needs. */
  async function judge(prefix: 'jobs' | 'archives', job: Job | undefined): Promise<(key: string) => boolean> {
    if (!job) return () => true
    if (!isTerminal(job.status)) return () => false
    const { archive, retryUntil } = job.result
    if (prefix === 'archives') return (key) => archive?.deletedAt !== undefined || key !== archive?.artifact
    if (retryUntil) return () => false
    if (!job.request.keepUploads) return () => true
    const kept = job.status !== 'succeeded' || !job.target || (await isThere(job.target))
    return () => !kept
  }

  async function isThere(target: NonNullable<Job['target']>): Promise<boolean> {
    const kind = registry.kinds.get(target.kind)
    return !kind || (await kind.describe(target, store.database)) !== undefined
  }
}
