import type { Finding } from '../contracts/finding.js'
import type { Job, JobNode } from '../contracts/jobs.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { Store } from '../contracts/store.js'
import { existingJob } from './existing-job.js'

/** What a job carried and did not carry. */
export interface JobReport {
  readonly job: Job
  readonly nodes: readonly JobNode[]
  /** Errors first. */
  readonly findings: readonly Finding[]
  /** Over all nodes that import, export or clone. */
  readonly counts: Required<PieceCounts>
}

/** Throws `job-not-found`. */
export async function jobReport(store: Store, id: string): Promise<JobReport> {
  const job = await existingJob(store, id)
  const [nodes, findings] = [await store.reports.nodes(id), await store.reports.findings(id)]
  const counts = { rows: 0, skipped: 0 }
  for (const node of nodes) {
    counts.rows += node.counts?.rows ?? 0
    counts.skipped += node.counts?.skipped ?? 0
  }
  return { job, nodes, findings, counts }
}
