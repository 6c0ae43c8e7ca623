import type { Finding } from '../contracts/finding.js'
import type { FollowUpResult } from '../contracts/follow-up-result.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { StageSummary } from '../contracts/reports.js'
import type { Store } from '../contracts/store.js'
import { isTerminal } from '../engine/machine.js'
import { allNodes } from '../engine/node-pages.js'
import { firstStep } from '../findings/first-step.js'
import { followUpResults } from '../follow-ups/follow-up-results.js'

/** What a job carried and did not carry. */
export interface JobReport {
  readonly job: Job
  /** Of the job and its nodes when they were summed up. */
  readonly revision: number
  /** Sums over the nodes, by batch and task. */
  readonly stages: readonly StageSummary[]
  readonly nodes: readonly JobNode[]
  /** Errors first. */
  readonly findings: readonly Finding[]
  /** Over all nodes that import, export or clone. */
  readonly counts: Required<PieceCounts>
  /** What follows its end, as far as that is: of a job that has not ended, none. */
  readonly followUps: readonly FollowUpResult[]
  /** What to do first about the findings, or about the job's error, in one sentence. */
  readonly firstStep: string
}

/** Roles of a format, in its order; none of one that is not known any more. */
export type RolesOf = (format: string) => readonly string[]

export async function jobReport(store: Store, job: Job, rolesOf: RolesOf): Promise<JobReport> {
  const { id } = job
  const findings = await store.reports.findings(id)
  const { stages: all = [], revision = 0 } = (await store.reports.summary(id)) ?? {}
  const stages = all.filter(({ task }) => task !== 'follow-up')
  const stored = await allNodes(store.reports, id)
  const nodes = stored.filter(({ task }) => task !== 'follow-up')
  const counts = { rows: 0, skipped: 0 }
  for (const stage of stages) {
    counts.rows += stage.rows
    counts.skipped += stage.skippedRows
  }
  const { input } = job.request
  const files = input ? rolesOf(input.format) : []
  const followUps = followUpResults(job, stored)
  const step = stepOf(job, findings, files)
  return { job, revision, stages, nodes, findings, counts, followUps, firstStep: step }
}

function stepOf({ error, status }: Job, findings: readonly Finding[], files: readonly string[]): string {
  const goesOn = !isTerminal(status) && findings.every(({ severity }) => severity !== 'error')
  return goesOn ? 'Wait for the end of the job first.' : firstStep(findings, { files, error })
}
