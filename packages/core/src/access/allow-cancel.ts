import type { Principal } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import type { Allow } from './allow.js'

/** Who may cancel: asks the access policy about the resource that the job reads or makes. An unknown job is allowed: cancelling reports it. */
export async function allowCancel(store: Store, allow: Allow, id: string, by: Principal): Promise<void> {
  const job = await store.jobs.get(id)
  if (!job) return
  const isInput = job.kind === 'import' || job.kind === 'validation'
  const source = { kind: job.tree.kind, id: job.tree.id }
  await allow(by, 'cancel', isInput ? job.target : source, job)
}
