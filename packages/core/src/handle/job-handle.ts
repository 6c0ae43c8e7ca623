import { PieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { Job, JobNode, JobResult } from '../contracts/jobs.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { Store } from '../contracts/store.js'
import type { Engine } from '../engine/engine.js'
import { fromJobError } from '../engine/job-error.js'
import { isTerminal } from '../engine/machine.js'
import type { PieceworkEmitter } from '../events.js'
import { jobArguments } from './job-arguments.js'
import { type JobProgress, jobProgress } from './progress.js'

/** What a job carried and did not carry. */
export interface JobReport {
  readonly job: Job
  readonly nodes: readonly JobNode[]
  /** Errors first. */
  readonly findings: readonly Finding[]
  /** Over all nodes that import, export or clone. */
  readonly counts: Required<PieceCounts>
}

/** A job as it stands: after each change, several times a second at most. */
export interface JobUpdate {
  readonly job: Job
  readonly nodes: readonly JobNode[]
  readonly nodesDone: number
  readonly progress: JobProgress
}

export interface JobHandle {
  readonly id: string
  /** Until the job is terminal; the last update shows it so. */
  watch(signal?: AbortSignal): AsyncIterable<JobUpdate>
  /** Waits for the end, whatever it is. */
  ended(signal?: AbortSignal): Promise<JobReport>
  /** Waits for success; throws the job's error, with its findings, otherwise. */
  result(signal?: AbortSignal): Promise<JobResult>
  cancel(): Promise<void>
}

export interface Watcher {
  report(id: string): Promise<JobReport>
  /** Waits until the job is terminal. */
  ended(id: string, signal?: AbortSignal): Promise<JobReport>
  watch(id: string, signal?: AbortSignal): AsyncIterable<JobUpdate>
}

/** Longest time between two looks at a job that runs in another process. */
const lookMs = 500
const leastMs = 100

export function createWatcher(store: Store, engine: Engine, events: PieceworkEmitter): Watcher {
  const get = async (id: string): Promise<Job> => {
    jobArguments.id('job()', id)
    const job = await store.jobs.get(id)
    if (!job) {
      const why = 'the transaction that requested it may not have committed'
      throw new PieceworkError('job-not-found', `There is no job ${id}; ${why}.`)
    }
    return job
  }
  const live = (id: string, nodes: readonly JobNode[]): readonly JobNode[] => {
    const progress = engine.progressOf(id)
    return nodes.map((node) => {
      const now = node.status === 'running' ? progress.get(node.id) : undefined
      return now ? { ...node, progress: now } : node
    })
  }
  const look = async (id: string): Promise<JobUpdate> => {
    const job = await get(id)
    const nodes = live(id, await store.reports.nodes(id))
    const nodesDone = nodes.filter((node) => node.status !== 'waiting' && node.status !== 'running').length
    return { job, nodes, nodesDone, progress: jobProgress(job, nodes, new Date()) }
  }
  const report = async (id: string): Promise<JobReport> => {
    const job = await get(id)
    const [nodes, findings] = [await store.reports.nodes(id), await store.reports.findings(id)]
    const counts = { rows: 0, skipped: 0 }
    for (const node of nodes) {
      counts.rows += node.counts?.rows ?? 0
      counts.skipped += node.counts?.skipped ?? 0
    }
    return { job, nodes, findings, counts }
  }
  return {
    report,
    ended: async (id, signal) => {
      jobArguments.signal('ended()', signal)
      for (;;) {
        signal?.throwIfAborted()
        const woken = nextEvent(events, id, signal)
        try {
          if (isTerminal((await get(id)).status)) return await report(id)
          await woken.promise
        } finally {
          woken.stop()
        }
      }
    },
    async *watch(id, signal) {
      jobArguments.signal('watch()', signal)
      let shown = ''
      let last: JobUpdate | undefined
      let looking: Promise<JobUpdate> | undefined
      for (;;) {
        signal?.throwIfAborted()
        const woken = nextEvent(events, id, signal)
        try {
          looking ??= look(id)
          looking.catch(() => undefined)
          // Where there is one connection, a look waits for the transaction of a piece; its progress does not.
          const found = await (last ? Promise.race([looking, woken.promise]) : looking)
          if (found) looking = undefined
          last = found ?? (last && withNodes(last, live(id, last.nodes)))
          if (last) {
            const facts = last.nodes.map(({ status, attempt, progress }) => [status, attempt, progress])
            const now = JSON.stringify([last.job, facts])
            if (now !== shown) yield last
            shown = now
            if (isTerminal(last.job.status)) return
          }
          await woken.promise
        } finally {
          woken.stop()
        }
      }
    },
  }
}

function withNodes(update: JobUpdate, nodes: readonly JobNode[]): JobUpdate {
  return { ...update, nodes, progress: jobProgress(update.job, nodes, new Date()) }
}

/** Resolves soon after something happened to the job in this process, or after `lookMs`. */
function nextEvent(events: PieceworkEmitter, id: string, signal?: AbortSignal) {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  let soon: NodeJS.Timeout | undefined
  const wake = () => {
    soon ??= setTimeout(resolve, leastMs)
  }
  const onJob = (job: Job) => {
    if (job.id === id) isTerminal(job.status) ? resolve() : wake()
  }
  const onNode = (event: { readonly job: string }) => {
    if (event.job === id) wake()
  }
  const latest = setTimeout(resolve, lookMs)
  const abort = () => resolve()
  events.on('job:status', onJob)
  events.on('node:done', onNode).on('node:failed', onNode).on('node:progress', onNode)
  signal?.addEventListener('abort', abort)
  return {
    promise,
    stop: () => {
      clearTimeout(latest)
      clearTimeout(soon)
      events.off('job:status', onJob)
      events.off('node:done', onNode).off('node:failed', onNode).off('node:progress', onNode)
      signal?.removeEventListener('abort', abort)
    },
  }
}

export function createHandle(id: string, watcher: Watcher, cancel: () => Promise<void>): JobHandle {
  return {
    id,
    watch: (signal) => watcher.watch(id, signal),
    ended: (signal) => watcher.ended(id, signal),
    result: async (signal) => {
      const { job, findings } = await watcher.ended(id, signal)
      if (job.status === 'succeeded') return job.result
      const error = job.error
        ? fromJobError(job.error)
        : new PieceworkError('internal', `Job ${id} has ended badly.`)
      throw new PieceworkError(error.code, error.message, {
        findings,
        retryable: error.retryable,
        facts: { ...error.facts, job: id },
      })
    },
    cancel,
  }
}
