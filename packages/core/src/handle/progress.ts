import type { Job, JobKind } from '../contracts/jobs.js'
import type { NodeTask } from '../contracts/nodes.js'
import type { StageSummary } from '../contracts/reports.js'
import { isTerminal } from '../engine/machine.js'

/** What people look at while a job runs. */
export interface JobProgress {
  readonly batches: number
  /** Batches that have ended. */
  readonly batchesDone: number
  /** Nodes that are about a piece: in an import those that validate and those that import. */
  readonly pieces: number
  readonly piecesDone: number
  /**
   * Carried so far: as counted if a piece has ended, as it reports itself while it runs. Of a validation:
   * rows looked at.
   */
  readonly rows: number
  /**
   * In the entries written (export) or read (import, validation) so far; a clone within one database reads
   * and writes none.
   */
  readonly bytes: number
  /**
   * Estimated time to the last step, in ms: the time since the first node began, times what is left over what
   * is done. Each piece counts the same; one that runs counts by the part that it reports as done, if it
   * knows its total. So it is rough while few pieces have ended, and wrong if one takes far longer than the
   * others. Undefined until the first one has ended or reported a part, while parts are still being planned, and while
   * nothing runs.
   */
  readonly remainingMs: number | undefined
}

export function jobProgress(job: Job, stages: readonly StageSummary[], now: Date): JobProgress {
  const carrying = stages.filter(({ task }) => carriers[job.kind].includes(task))
  return {
    batches: job.batches,
    batchesDone: isTerminal(job.status) ? job.batches : Math.min(job.batch, job.batches),
    pieces: sum(stages.map(({ pieces }) => pieces)),
    piecesDone: sum(stages.map(({ piecesDone }) => piecesDone)),
    rows: sum(carrying.map(({ rows, reported }) => rows + reported.rows)),
    bytes: sum(carrying.map(({ bytes, reported }) => bytes + reported.bytes)),
    remainingMs: remaining(job, stages, now),
  }
}

const carriers: Readonly<Record<JobKind, readonly NodeTask[]>> = {
  export: ['export'],
  import: ['import'],
  clone: ['clone'],
  validation: ['validate'],
  delivery: [],
}

function remaining({ outcome, batch }: Job, stages: readonly StageSummary[], now: Date): number | undefined {
  if (outcome !== undefined) return undefined
  const work = stages.filter(({ task }) => task !== 'finish')
  const begun = work.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []))
  const done = sum(work.map((stage) => stage.done + stage.reported.nodes))
  const isPlanning = work.some(
    (stage) => stage.task === 'plan' && stage.batch === batch && stage.done < stage.nodes,
  )
  if (done === 0 || isPlanning || !work.some(({ running }) => running > 0)) return undefined
  const elapsed = Math.max(0, now.getTime() - Math.min(...begun))
  return Math.round((elapsed * (sum(work.map(({ nodes }) => nodes)) - done)) / done)
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
