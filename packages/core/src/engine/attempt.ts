import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attempts, Lease } from '../contracts/attempts.js'
import type { Environment } from '../contracts/environment.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Progress } from '../contracts/nodes.js'
import { engineTimes } from '../defaults.js'
import type { PieceworkEmitter } from '../events.js'
import { ByteCount } from '../tasks/byte-count.js'
import { type Interruption, jobStopped, tooLong, workerStops } from './interruption.js'
import { outlivesStop } from './machine.js'

/** An attempt at a node, under way in this process. */
export class Attempt {
  readonly lease: Lease
  readonly bytes = new ByteCount()
  readonly #events: PieceworkEmitter
  readonly #environment: Environment
  readonly #controller = new AbortController()
  /** A piece reports from inside its transaction; listeners are no part of that. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #done: Progress | undefined
  #emittedAt = 0
  #interruption: Interruption | undefined
  #cancelling: Promise<unknown> | undefined
  #byCancel = false
  #isBeating = false

  constructor(
    lease: Lease,
    { events, environment }: { readonly events: PieceworkEmitter; readonly environment: Environment },
  ) {
    this.lease = lease
    this.#events = events
    this.#environment = environment
  }

  /** As in events. */
  get about() {
    const { job, node, attempt } = this.lease
    return { job: job.id, node: node.id, attempt }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get progress(): Progress | undefined {
    const { total } = this.bytes
    return total === 0 ? this.#done : { done: 0, ...this.#done, bytes: total }
  }

  /** Why it was interrupted, unless its own work has failed. */
  get interruption(): Interruption | undefined {
    return this.#interruption
  }

  /** The first reason stands. */
  interrupt(interruption: Interruption | undefined): void {
    if (!interruption || this.signal.aborted) return
    this.#interruption = interruption
    this.#controller.abort(interruption.error)
  }

  /** The job's cancel is being recorded. */
  cancel(recorded: Promise<unknown>): void {
    this.#cancelling = recorded
    if (!this.signal.aborted) this.#byCancel = true
    this.interrupt(jobStopped())
  }

  /** Waits for the record. True if it is for a cancel that was not recorded that the attempt was interrupted. */
  async cancelLost(): Promise<boolean> {
    const isRecorded = await this.#cancelling?.then(
      () => true,
      () => false,
    )
    return this.#byCancel && isRecorded === false
  }

  /** Interrupts it when the worker stops, and after `timeoutMs`. The function that is returned ends both. */
  limit(stopping: AbortSignal, timeoutMs: number | undefined): () => void {
    const stop = () => this.interrupt(workerStops())
    stopping.addEventListener('abort', stop, { once: true })
    if (stopping.aborted) stop()
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : this.#environment.after(timeoutMs, () => this.interrupt(tooLong(this.lease, timeoutMs)))
    return () => {
      cancelTimer?.()
      stopping.removeEventListener('abort', stop)
    }
  }

  report(done: number, total?: number): void {
    this.#done = total === undefined ? { done } : { done, total }
    const now = this.#environment.now()
    if (now - this.#emittedAt < engineTimes.progressEventMs) return
    this.#emittedAt = now
    const progress = this.progress ?? this.#done
    this.#outside(() => this.#events.emit('node:progress', { ...this.about, progress }))
  }

  /** Prolongs its lease, stores its progress and learns of a cancel from elsewhere. */
  async beat(attempts: Attempts): Promise<void> {
    if (this.#isBeating) return
    this.#isBeating = true
    try {
      const { stopped } = await attempts.heartbeat(this.lease, this.progress)
      if (stopped && !outlivesStop(this.lease.node.task)) this.interrupt(jobStopped(stopped))
    } catch (error) {
      if (isPieceworkError(error, 'lease-lost')) this.#controller.abort(error)
      else this.#events.emit('error', error)
    } finally {
      this.#isBeating = false
    }
  }
}
