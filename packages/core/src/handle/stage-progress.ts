import type { JobNode } from '../contracts/nodes.js'
import type { StageProgress } from '../contracts/reports.js'

export const noProgress: StageProgress = { rows: 0, bytes: 0, nodes: 0 }

/** With what the node says of its progress, `times` once; -1 takes it away again. */
export function addProgress(
  sum: StageProgress,
  { status, counts, progress }: Pick<JobNode, 'status' | 'counts' | 'progress'>,
  times: 1 | -1 = 1,
): StageProgress {
  const part = status === 'running' && progress?.total ? progress.done / progress.total : 0
  return {
    rows: sum.rows + times * (counts === undefined ? (progress?.done ?? 0) : 0),
    bytes: sum.bytes + times * (counts?.bytes === undefined ? (progress?.bytes ?? 0) : 0),
    nodes: sum.nodes + times * Math.min(Math.max(part, 0), 1),
  }
}
