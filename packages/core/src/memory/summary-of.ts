import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { JobSummary, StageSummary } from '../contracts/reports.js'
import { storeDefaults } from '../defaults.js'
import { addProgress, noProgress } from '../handle/stage-progress.js'

/** `nodes`: in order of batch and id. */
export function summaryOf(job: Job, revision: number, nodes: readonly JobNode[]): JobSummary {
  const stages = new Map<string, StageSummary>()
  for (const node of nodes) {
    const key = `${node.batch} ${node.task}`
    stages.set(key, withNode(stages.get(key) ?? emptyStage(node), node))
  }
  return {
    job,
    revision,
    stages: [...stages.values()].sort((a, b) => a.batch - b.batch || (a.task < b.task ? -1 : 1)),
    running: nodes
      .filter(({ status }) => status === 'running')
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, storeDefaults.listedRunning)
      .map(({ entries: _, ...node }) => node),
  }
}

const emptyStage = ({ batch, task }: JobNode): StageSummary => ({
  batch,
  task,
  nodes: 0,
  waiting: 0,
  running: 0,
  done: 0,
  failed: 0,
  skipped: 0,
  pieces: 0,
  piecesDone: 0,
  retried: 0,
  rows: 0,
  skippedRows: 0,
  bytes: 0,
  reported: noProgress,
})

function withNode(stage: StageSummary, node: JobNode): StageSummary {
  const { status, piece, attempt, counts, startedAt } = node
  const isFirst = startedAt !== undefined && !(stage.startedAt && stage.startedAt <= startedAt)
  return {
    ...stage,
    nodes: stage.nodes + 1,
    [status]: stage[status] + 1,
    pieces: stage.pieces + (piece === undefined ? 0 : 1),
    piecesDone: stage.piecesDone + (piece !== undefined && status === 'done' ? 1 : 0),
    retried: stage.retried + (attempt > 1 ? 1 : 0),
    rows: stage.rows + (counts?.rows ?? 0),
    skippedRows: stage.skippedRows + (counts?.skipped ?? 0),
    bytes: stage.bytes + (counts?.bytes ?? 0),
    reported: addProgress(stage.reported, node),
    ...(isFirst && { startedAt }),
  }
}
