import { EventEmitter } from 'eventemitter3'
import type { Progress } from './contracts/attempts.js'
import type { Finding } from './contracts/finding.js'
import type { Job, JobError } from './contracts/jobs.js'

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

export function createEmitter(): PieceworkEmitter {
  return new EventEmitter<PieceworkEvents>()
}
