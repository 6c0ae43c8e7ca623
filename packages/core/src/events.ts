import { EventEmitter } from 'eventemitter3'
import type { Finding } from './contracts/finding.js'
import type { Job, JobError, Progress } from './contracts/jobs.js'
import { isTerminal } from './engine/machine.js'

/** All events of a Piecework, in one list. They tell of what this process does; `watch` follows jobs of any process. */
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
  /** Something outside any job's course, the outbox or the sweep, failed and will be tried again. */
  error: (error: unknown) => void
}

export interface NodeEvent {
  readonly job: string
  readonly node: string
  readonly attempt: number
}

export type PieceworkEmitter = EventEmitter<PieceworkEvents>

/** A listener that throws is the host's affair: it becomes a warning of the process, and the job goes on. */
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

/** Emits `job:status` for each status of a job once, and never for one before those that were told. */
export function statusReporter(events: PieceworkEmitter): (job: Job) => void {
  const told = new Map<string, number>()
  return (job) => {
    if (job.changes.length <= (told.get(job.id) ?? 0)) return
    if (isTerminal(job.status)) told.delete(job.id)
    else told.set(job.id, job.changes.length)
    events.emit('job:status', job)
  }
}
