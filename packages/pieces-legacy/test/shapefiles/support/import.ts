import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import type { PlanningHost } from '../../importers/planning-host.js'
import type { Uploads } from '../../importers/uploads.js'

const request = { format: 'legacy-marxan', principal: { id: 'ann' }, name: 'Small' } as const

export async function run(
  { piecework }: PlanningHost,
  uploads: Uploads,
  options: Readonly<Record<string, unknown>> = {},
): Promise<JobReport> {
  return (await piecework.import({ ...request, uploads, options })).ended()
}

/** Imports, and resolves to the project's id. */
export async function imported(
  host: PlanningHost,
  uploads: Uploads,
  options?: Readonly<Record<string, unknown>>,
): Promise<{ readonly report: JobReport; readonly project: string }> {
  const report = await run(host, uploads, options)
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  return { report, project: report.job.result.resource?.id ?? '' }
}

/** What a validation says of one upload, without what is the same in all of it. */
export async function told(
  { piecework }: PlanningHost,
  uploads: Uploads,
  role: string,
): Promise<readonly Told[]> {
  const report = await (await piecework.validate({ ...request, uploads })).ended()
  return report.findings
    .filter(({ file }) => file === role)
    .map(({ severity, code, line, column, count }) => ({
      severity,
      code,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(count !== undefined && { count }),
    }))
}

export interface Told {
  readonly severity: string
  readonly code: string
  readonly line?: number
  readonly column?: string
  readonly count?: number
}

export async function rows<Row extends object>(
  { database }: PlanningHost,
  sql: string,
  project: string,
): Promise<readonly Row[]> {
  return (await database.query<Row>(sql, [project])).rows
}

/** Equal but for the last digits. */
export function assertNear(actual: number | null | undefined, expected: number): void {
  assert.ok(
    actual !== null && actual !== undefined && Math.abs(actual - expected) <= Math.abs(expected) * 1e-6,
    `${actual} is not ${expected}`,
  )
}
