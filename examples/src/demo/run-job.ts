import type { JobHandle, JobReport } from '@piecework/core'
import type { JobNode } from '@piecework/core/store'
import { addFindings, type DemoRun } from './demo-run.js'
import { summaryOf } from './summary.js'
import { progressText } from './texts.js'

export interface RunJobOptions {
  /** Of the job, in the summary. */
  readonly step: string
  /** Cancels the job. */
  readonly signal: AbortSignal
  /** Called with every change. */
  show(text: string): void
  /** Bytes that a node moves. Default: those of its staged entries. */
  bytesOf?(node: JobNode): number | undefined
}

/** Follows a job to its end and adds what it did to the run. Throws if it did not succeed. */
export async function runJob(
  run: DemoRun,
  handle: JobHandle,
  { step, signal, show, bytesOf }: RunJobOptions,
): Promise<JobReport> {
  const cancel = () => void handle.cancel().catch(() => undefined)
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  for await (const update of handle.watch()) show(progressText(update))
  signal.removeEventListener('abort', cancel)
  const report = await handle.ended()
  addFindings(run, report.findings)
  const { resource } = await handle.result()
  if (resource) {
    run.projects.push(resource)
    run.jobs.push(handle.id)
  }
  run.summary.push(...summaryOf(step, report, bytesOf))
  return report
}
