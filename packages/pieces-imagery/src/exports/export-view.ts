import type { JobReport } from '@piecework/core'
import type { ParsedTool } from '../tool/tool.js'
import { type ExportProgress, exportProgress } from './export-progress.js'
import type { ExportRow, StoredEstimate } from './export-row.js'
import type { ExportState } from './export-state.js'

export const exportStatuses = ['PENDING', 'SUBMITTED', 'RENDERING', 'DELIVERING', 'SUCCESS', 'ERROR'] as const
export type ImageryExportStatus = (typeof exportStatuses)[number]

/** An export of imagery, as its owner sees it. */
export interface ImageryExport extends ExportProgress {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly status: ImageryExportStatus
  readonly tool: ParsedTool
  /** Pixels, bytes before they are compressed, pixels asked for, windows. */
  readonly estimate: StoredEstimate
  readonly createdAt: Date
  /** Piecework's job: its steps, events and downloads are by this id. Absent: it was not begun. */
  readonly job?: string
  /** What is to be known of the result: the coverage, a resolution that is finer than all scenes. */
  readonly warnings: readonly { readonly code: string; readonly message: string; readonly count?: number }[]
  readonly error?: { readonly code: string; readonly message: string }
  /** Once it is rendered. */
  readonly result?: {
    readonly outputs: readonly {
      readonly name: string
      readonly fileName: string
      readonly size: number
      readonly sha256: string
    }[]
    readonly deliveries: readonly {
      readonly target: string
      readonly output: string
      readonly location?: string
    }[]
    /** Which share of what was asked for has pixels. */
    readonly coverage: number
    readonly gdalVersion: string
  }
}

/** What was asked for, and is not begun: for a while it may be yet. */
const notBegun = {
  code: 'imagery/not-begun',
  message: 'The export was not begun: the process that was asked for it has ended. Ask for it again.',
}

/** `now`: in ms since 1970. */
export function exportView(row: ExportRow, state: ExportState | undefined, now: number): ImageryExport {
  const { id, name, owner, tool, estimate, createdAt, isOverdue } = row
  const known = { id, name, owner, tool, estimate, createdAt }
  if (!state)
    return {
      ...known,
      status: isOverdue ? 'ERROR' : 'PENDING',
      windows: { done: 0, total: estimate.windows },
      assembly: [],
      warnings: [],
      ...(isOverdue && { error: notBegun }),
    }
  const { job, findings } = state.report
  const [delivery] = state.deliveries
  const { error } = delivery ?? job
  const { outputs = [] } = job.result
  const missing = findings.find(({ code }) => code === 'imagery/coverage')?.count ?? 0
  const { asked, gdalVersion } = estimate
  const deliveries = [job, ...state.deliveries.toReversed()].flatMap(({ result }) => result.deliveries ?? [])
  return {
    ...known,
    status: delivery ? deliveryStatus(delivery.status) : statusOf(job.status),
    job: job.id,
    ...exportProgress(state.report, estimate.windows, now),
    warnings: findings.map(({ code, message, count }) => ({
      code,
      message,
      ...(count !== undefined && { count }),
    })),
    ...(error && { error: { code: error.code, message: error.message } }),
    ...(outputs.length > 0 && {
      result: {
        outputs: outputs.map(({ name, fileName, size, sha256 }) => ({ name, fileName, size, sha256 })),
        deliveries: deliveries.map(({ target, output, location }) => ({
          target,
          output,
          ...(location !== undefined && { location }),
        })),
        coverage: (asked - missing) / asked,
        gdalVersion,
      },
    }),
  }
}

const statuses: Readonly<Record<JobReport['job']['status'], ImageryExportStatus>> = {
  draft: 'PENDING',
  pending: 'PENDING',
  submitted: 'SUBMITTED',
  running: 'RENDERING',
  delivering: 'DELIVERING',
  ending: 'RENDERING',
  succeeded: 'SUCCESS',
  failed: 'ERROR',
  cancelled: 'ERROR',
}

const statusOf = (status: JobReport['job']['status']): ImageryExportStatus => statuses[status]

/** Nothing of it is rendered again. */
function deliveryStatus(status: JobReport['job']['status']): ImageryExportStatus {
  const shown = statusOf(status)
  return shown === 'SUCCESS' || shown === 'ERROR' ? shown : 'DELIVERING'
}
