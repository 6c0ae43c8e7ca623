import type { NodeResult } from '../contracts/attempts.js'
import type { Transaction } from '../contracts/database.js'
import type { JobResult } from '../contracts/jobs.js'
import { fromDraft } from '../drafts/draft-state.js'
import { walkTree } from '../plan/tree.js'
import { uploadsPrefix } from '../requests/uploads.js'
import { removeShells } from './shells-of.js'
import { archivePrefix, jobPrefix } from './staging.js'
import { type AttemptContext, newRefOf, type TaskRunner } from './work.js'

/** The last step: shows what a success made, or removes it; frees the claims in the same commit. */
export const finishTask: TaskRunner = async (work) => {
  const { job } = work.lease
  const retryUntil = await deleteJobBytes(work)
  const kept = retryUntil && { retryUntil }
  const commit = async (tx: Transaction): Promise<NodeResult> => {
    const filled = job.kind === 'import' || job.kind === 'clone'
    if (!filled || job.outcome !== 'succeeded') {
      if (filled) await removeOrHideShells(work, tx)
      if (kept) return { result: kept }
      return job.kind === 'export' ? { result: await bereaved(work, tx) } : {}
    }
    for (const { ref } of walkTree(job.tree)) {
      await work.registry.kind(ref.kind).shell?.ready(newRefOf(work.registry, job, ref), tx)
    }
    return { result: { ...(job.target && { resource: job.target }) } }
  }
  return work.store.attempts.run(work.lease, commit, { signal: work.signal })
}

/**
 * Deletes the job's bytes but those that a retry begins with; resolves to when these may go. An artifact store that is away must not
 * keep the job and its claims: the keeper deletes later what could not be deleted now.
 */
async function deleteJobBytes(work: AttemptContext): Promise<Date | undefined> {
  const { job } = work.lease
  const remove = (key: string) => work.artifacts.delete(key).catch(() => undefined)
  if (job.outcome !== 'succeeded' && job.kind === 'export') await remove(archivePrefix(job.id))
  if (await isRetriable(work)) return new Date(Date.now() + work.retryTtlMs)
  if (!job.request.keepUploads) await remove(jobPrefix(job.id))
  return undefined
}

/** An archive whose resource the host has deleted meanwhile expires at once: nobody tells of it any more. */
async function bereaved({ lease, registry }: AttemptContext, tx: Transaction): Promise<JobResult> {
  const { result, tree } = lease.job
  const kind = registry.kinds.get(tree.kind)
  if (!result.archive || !kind || (await kind.describe(tree, tx))) return {}
  return { archive: { ...result.archive, expiresAt: new Date() } }
}

/** Whether a retry of the job begins with bytes of its own. */
async function isRetriable({ lease, store, retryTtlMs }: AttemptContext): Promise<boolean> {
  const { job } = lease
  if (job.outcome === 'succeeded' || retryTtlMs <= 0) return false
  if (job.kind === 'export') {
    const nodes = await store.reports.nodes(job.id, 0)
    return nodes.some(({ task, status }) => task === 'export' && status === 'done')
  }
  // A failed import leaves no file behind that nobody asked to keep.
  if (!job.request.keepUploads || fromDraft(job)) return false
  const uploads = job.request.input?.uploads ?? []
  return uploads.some(({ artifact }) => artifact.startsWith(`${uploadsPrefix(job.id)}/`))
}

/** Removes the shells, or keeps them hidden where the format says so; what nobody came back to is removed. */
async function removeOrHideShells(work: AttemptContext, tx: Transaction): Promise<void> {
  const { job } = work.lease
  const format = job.request.input && work.inputs.format(job.request.input.format)
  if (!format?.keepsShell || job.error?.code === 'expired') return removeShells(work.registry, job, tx)
  const reason = job.error?.message ?? 'The import failed.'
  for (const { ref } of walkTree(job.tree).reverse()) {
    const shell = work.registry.kind(ref.kind).shell
    const target = newRefOf(work.registry, job, ref)
    if (shell?.incomplete) await shell.incomplete(target, reason, tx)
    else await shell?.remove(target, tx)
  }
}
