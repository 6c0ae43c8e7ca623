import type { Job, JobKind, JobNode, NodeTask } from '../contracts/jobs.js'
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
   * others. Undefined until the first one has ended or reported a part, and while nothing runs.
   */
  readonly remainingMs: number | undefined
}

export function jobProgress(job: Job, nodes: readonly JobNode[], now: Date): JobProgress {
  const pieces = nodes.filter(({ piece }) => piece !== undefined)
  const carried = nodes.filter(({ task }) => carriers[job.kind].includes(task))
  return {
    batches: job.batches,
    batchesDone: isTerminal(job.status) ? job.batches : Math.min(job.batch, job.batches),
    pieces: pieces.length,
    piecesDone: pieces.filter(({ status }) => status === 'done').length,
    rows: sum(carried.map((node) => node.counts?.rows ?? node.progress?.done ?? 0)),
    bytes: sum(carried.map((node) => node.counts?.bytes ?? node.progress?.bytes ?? 0)),
    remainingMs: remaining(job, nodes, now),
  }
}

const carriers: Readonly<Record<JobKind, readonly NodeTask[]>> = {
  export: ['export'],
  import: ['import'],
  clone: ['clone'],
  validation: ['validate'],
  delivery: [],
}

function remaining({ outcome }: Job, nodes: readonly JobNode[], now: Date): number | undefined {
  if (outcome !== undefined) return undefined
  const work = nodes.filter(({ task }) => task !== 'finish')
  const begun = work.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []))
  const done = sum(work.map(part))
  if (done === 0 || !work.some(({ status }) => status === 'running')) return undefined
  const elapsed = Math.max(0, now.getTime() - Math.min(...begun))
  return Math.round((elapsed * (work.length - done)) / done)
}

/** Of a node's work that is done, from 0 to 1. */
function part({ status, progress }: JobNode): number {
  if (status === 'done') return 1
  if (status !== 'running' || !progress?.total) return 0
  return Math.min(Math.max(progress.done / progress.total, 0), 1)
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
