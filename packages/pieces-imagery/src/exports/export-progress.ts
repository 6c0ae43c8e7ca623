import type { JobReport } from '@piecework/core'

type Node = JobReport['nodes'][number]

/** How far an export is: windows first, then the bytes of what they are put together to. */
export interface ExportProgress {
  /** Windows that are rendered. */
  readonly windows: { readonly done: number; readonly total: number }
  /** Of each output, bytes that are put together. */
  readonly assembly: readonly OutputProgress[]
  /**
   * Estimated, in ms, from the pace so far: of rendering while windows are rendered, then of the assembly, then of deliveries.
   * Absent before any of that is done, and while nothing runs.
   */
  readonly remainingMs?: number
}

interface OutputProgress {
  readonly output: string
  readonly done: number
  /** Absent: not known before its end. */
  readonly total?: number
}

/** `now`: in ms since 1970. `windows`: how many were estimated. */
export function exportProgress({ job, nodes }: JobReport, windows: number, now: number): ExportProgress {
  const rendering = nodes.filter(({ task }) => task === 'export')
  const remainingMs = remaining(nodes, now)
  return {
    windows: {
      done: rendering.filter(({ status }) => status === 'done').length,
      total: Math.max(rendering.length, windows),
    },
    assembly: (job.request.outputs ?? []).map(({ name }) => {
      const made = job.result.outputs?.find((one) => one.name === name)
      if (made) return { output: name, done: made.size, total: made.size }
      const { progress } = nodes.find(({ id }) => id === `assemble ${name}`) ?? {}
      return { output: name, done: progress?.bytes ?? 0, ...totalOf(name, progress) }
    }),
    ...(remainingMs !== undefined && { remainingMs }),
  }
}

/** Others count what they like. */
function totalOf(output: string, progress: Node['progress']): Pick<OutputProgress, 'total'> {
  const total = output === 'imagery/cog' ? progress?.total : undefined
  return total === undefined ? {} : { total }
}

const steps: readonly Node['task'][] = ['export', 'assemble', 'deliver']

/** Of the first step that has not ended. What was taken over from an earlier job says nothing of the pace. */
function remaining(nodes: readonly Node[], now: number): number | undefined {
  const step = steps
    .map((task) => nodes.filter((node) => node.task === task))
    .find((ofStep) => ofStep.some(isOpen))
  const open = step?.filter(isOpen) ?? []
  if (!step || !open.some(({ status }) => status === 'running')) return undefined
  const own = step.filter(
    ({ status, reusedFrom }) => status === 'running' || (status === 'done' && !reusedFrom),
  )
  const begun = Math.min(...own.map(({ startedAt }) => startedAt?.getTime() ?? now))
  const under = open.reduce((sum, node) => sum + shareOf(node), 0)
  const done = own.filter(({ status }) => status === 'done').length + under
  return done === 0 ? undefined : Math.round((Math.max(0, now - begun) * (open.length - under)) / done)
}

const isOpen = ({ status }: Node): boolean => status === 'waiting' || status === 'running'

function shareOf({ status, progress }: Node): number {
  if (status !== 'running' || !progress?.total) return 0
  return Math.min(1, Math.max(0, progress.done / progress.total))
}
