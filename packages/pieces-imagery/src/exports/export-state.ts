import type { Job, JobReport, Piecework } from '@piecework/core'
import type { Principal } from '../imagery-access.js'
import { type ExportRow, exportNotFound } from './export-row.js'

/** What Piecework has done of an export. */
export interface ExportState {
  /** Of the newest job that renders it. */
  readonly report: JobReport
  /** Jobs that have delivered that again, newest first. */
  readonly deliveries: readonly Job[]
}

/** Of one export: the first renders it, those after it deliver it again. */
const mostJobs = 10_000

/**
 * By the jobs of the record, so that what was retried or delivered again anywhere is seen. Undefined if none has begun.
 * Throws `imagery/export-not-found` to those who may not see it.
 */
export async function readState(
  piecework: Piecework,
  { id, owner, job }: ExportRow,
  principal: Principal,
): Promise<ExportState | undefined> {
  const resource = { kind: 'imagery-export', id }
  const jobs = await piecework.jobs({ resource, principal, limit: mostJobs })
  const rendering = jobs.find(({ kind }) => kind === 'export')
  if (!rendering) {
    if (job !== undefined || owner !== principal.id) throw exportNotFound(id)
    return undefined
  }
  const deliveries = jobs.filter(({ request }) => request.delivers === rendering.id)
  return { report: await piecework.job(rendering.id, { principal }), deliveries }
}
