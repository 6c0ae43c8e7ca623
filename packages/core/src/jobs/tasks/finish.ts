import type { Transaction } from '../../contracts/database.js'
import { walkTree } from '../../plan/tree.js'
import { removeShells } from '../shells.js'
import { jobPrefix } from '../staging.js'
import { type TaskOf, targetOf, type Work } from '../work.js'
import { archivePrefix } from './assemble.js'

/** The last step: shows what a success made, or removes it; frees the claims in the same commit. */
export const finishTask: TaskOf = async (work) => {
  const { job } = work.lease
  if (job.outcome !== 'succeeded' && job.kind === 'export') await work.artifacts.delete(archivePrefix(job.id))
  if (!job.request.keepUploads) await work.artifacts.delete(jobPrefix(job.id))
  return work.store.attempts.run(work.lease, async (tx) => {
    if (job.kind !== 'import' && job.kind !== 'clone') return {}
    if (job.outcome !== 'succeeded') {
      await putAway(work, tx)
      return {}
    }
    for (const { ref } of walkTree(job.tree)) {
      await work.registry.kind(ref.kind).shell?.ready(targetOf(work.registry, job, ref), tx)
    }
    return { result: { ...(job.target && { resource: job.target }) } }
  })
}

/** Removes the shells, or keeps them hidden where the format says so; what nobody came back to is removed. */
async function putAway(work: Work, tx: Transaction): Promise<void> {
  const { job } = work.lease
  const format = job.request.input && work.inputs.format(job.request.input.format)
  if (!format?.keepsShell || job.error?.code === 'expired') return removeShells(work.registry, job, tx)
  const reason = job.error?.message ?? 'The import failed.'
  for (const { ref } of walkTree(job.tree).reverse()) {
    const shell = work.registry.kind(ref.kind).shell
    const target = targetOf(work.registry, job, ref)
    if (shell?.incomplete) await shell.incomplete(target, reason, tx)
    else await shell?.remove(target, tx)
  }
}
