import { EventEmitter } from 'eventemitter3'
import { callHost, repeatedWarning } from './call-host.js'
import type { JobError } from './contracts/errors.js'
import type { Finding } from './contracts/finding.js'
import type { Job } from './contracts/jobs.js'
import type { Progress } from './contracts/nodes.js'
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

type Listener = (...args: never[]) => unknown

/** What a listener throws or rejects with becomes a warning of the process; the others and the job go on. */
export function createEmitter(): PieceworkEmitter {
  // Of any events: what a listener takes is checked where it is registered.
  const emitter = new EventEmitter()
  const { guarded, given } = guardedListeners()
  const { on, once, off, emit, listeners } = emitter
  const warn = repeatedWarning()
  emitter.on = (event, listener, context) => on.call(emitter, event, guarded(listener), context) as never
  emitter.once = (event, listener, context) => once.call(emitter, event, guarded(listener), context) as never
  emitter.off = (event, listener, context, only) =>
    off.call(emitter, event, listener && guarded(listener), context, only) as never
  emitter.addListener = emitter.on
  emitter.removeListener = emitter.off
  emitter.listeners = (event) => listeners.call(emitter, event).map(given) as never
  emitter.emit = (event, ...args) => {
    if (emitter.listenerCount(event) === 0) warnOf(event, args[0], warn)
    return emit.call(emitter, event, ...args)
  }
  return emitter as unknown as PieceworkEmitter
}

/** What no listener hears of; of the host's own code that fails, its text alone says why. */
function warnOf(event: unknown, told: unknown, warn: (error: unknown) => void): void {
  if (event === 'error') warn(told)
  if (event !== 'node:failed') return
  const { error, cause } = told as Parameters<PieceworkEvents['node:failed']>[0]
  if (error.code === 'internal') warn(cause)
}

/** Listeners that throw nothing, each the same for the same one of the host's. */
function guardedListeners() {
  const byGiven = new WeakMap<Listener, Listener>()
  const givenOf = new WeakMap<Listener, Listener>()
  return {
    guarded: <Given extends Listener>(given: Given): Given => {
      // The emitter itself removes those that were for once.
      if (typeof given !== 'function' || givenOf.has(given)) return given
      const known = byGiven.get(given)
      if (known) return known as Given
      const guarded = function (this: unknown, ...args: never[]) {
        callHost(() => given.apply(this, args))
      }
      byGiven.set(given, guarded)
      givenOf.set(guarded, given)
      return guarded as Listener as Given
    },
    given: (guarded: Listener): Listener => givenOf.get(guarded) ?? guarded,
  }
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
