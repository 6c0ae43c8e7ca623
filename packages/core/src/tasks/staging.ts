import { createHash } from 'node:crypto'
import type { Lease } from '../contracts/attempts.js'

/** Prefix of everything of a job that is deleted with it. */
export function jobPrefix(job: string): string {
  return `jobs/${job}`
}

/** Prefix of the archives that an export's attempts make. */
export function archivePrefix(job: string): string {
  return `archives/${job}`
}

/** Key below which one attempt stages its entries; a later attempt of the node uses another key. */
export function stagingKey({ lease }: { readonly lease: Pick<Lease, 'job' | 'node' | 'fence'> }): string {
  const { job, node, fence } = lease
  const readable = node.id.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80)
  // Ids of resources may be texts of which no character is readable here: the hash alone must tell nodes apart.
  const hash = createHash('sha256').update(node.id).digest('hex').slice(0, 32)
  return `${jobPrefix(job.id)}/${readable}-${hash}-${fence}`
}
