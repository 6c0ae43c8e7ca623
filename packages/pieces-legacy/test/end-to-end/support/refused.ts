import assert from 'node:assert/strict'
import type { ImportRequest, JobReport } from '@piecework/core'
import { type Finding, isPieceworkError } from '@piecework/core/piece'
import { assertQuiet, contentsOf } from './contents.js'
import type { Host } from './host.js'

export interface Refusal {
  readonly code: string
  readonly message: string
  readonly findings: readonly Finding[]
  /** Absent where no job was made. */
  readonly report?: JobReport
}

/**
 * Asks for an import that must be refused, at once or by its job; afterwards everything is as it was before.
 */
export async function refused(host: Host, request: ImportRequest): Promise<Refusal> {
  const before = await contentsOf(host)
  const refusal = await attempt(host, request)
  assert.deepEqual(await contentsOf(host), before)
  const target = refusal.report?.job.target
  await assertQuiet(host, ...(target ? [target] : []))
  return refusal
}

async function attempt(host: Host, request: ImportRequest): Promise<Refusal> {
  try {
    const report = await (await host.piecework.import(request)).ended()
    const { job, findings } = report
    assert.equal(job.status, 'failed', 'It was not refused.')
    assert.ok(job.error)
    const { code, message } = job.error
    return { code, message, findings, report }
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    const { code, message, findings } = error
    return { code, message, findings }
  }
}

/** One error as `file:line column code`, for comparison. */
export const spotOf = ({ file, line, column, code }: Finding): string =>
  `${file ?? ''}${line === undefined ? '' : `:${line}`} ${column === undefined ? '' : `${column.slice(0, 40)} `}${code}`

export const errorsOf = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ severity }) => severity === 'error')
