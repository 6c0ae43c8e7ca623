import { EventEmitter } from 'eventemitter3'
import type { Finding } from './contracts/finding.js'
import type { Job, JobError, Progress } from './contracts/jobs.js'
import { isTerminal } from './engine/machine.js'

/**
 * All events of a Piecework, in one list. They report what this process does; `watch` follows jobs of any
 * process.
 */
export interface PieceworkEvents {
  'job:created': (job: Job) => void
  /** After each change of status that this process made. */
  'job:status': (job: Job) => void
  'node:started': (event: NodeEvent) => void
  'node:progress': (event: NodeEvent & { readonly progress: Progress }) => void
  'node:done': (event: NodeEvent & { readonly findings: readonly Finding[] }) => void
  'node:failed': (
    event: NodeEvent & { readonly error: JobError; readonly cause: unknown; readonly retryInMs?: number },
  ) => void
  /** Something outside of any job, such as the outbox or the sweep, failed and will be tried again. */
  error: (error: unknown) => void
}

interface NodeEvent {
  readonly job: string
  readonly node: string
  readonly attempt: number
}

export type PieceworkEmitter = EventEmitter<PieceworkEvents>

/** What a listener throws becomes a warning of the process, and the job goes on. */
export function createEmitter(): PieceworkEmitter {
  const emitter: PieceworkEmitter = new EventEmitter<PieceworkEvents>()
  const emit = emitter.emit.bind(emitter)
  emitter.emit = (event, ...args) => {
    if (event === 'error' && emitter.listenerCount('error') === 0) warn(args[0])
    try {
      return emit(event, ...args)
    } catch (error) {
      warn(error)
      return true
    }
  }
  return emitter
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}

/** Emits `job:status` for each status of a job once, and never one before those that were emitted. */
export function statusReporter(events: PieceworkEmitter): (job: Job) => void {
  const emitted = new Map<string, number>()
  return (job) => {
    if (job.changes.length <= (emitted.get(job.id) ?? 0)) return
    if (isTerminal(job.status)) emitted.delete(job.id)
    else emitted.set(job.id, job.changes.length)
    events.emit('job:status', job)
  }
}
