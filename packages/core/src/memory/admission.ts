import type { Job } from '../contracts/jobs.js'
import type { Principal, PrincipalLimit } from '../contracts/principal.js'
import { isTerminal, isThrottled } from '../engine/machine.js'
import { mustQueue } from '../requests/must-queue.js'

/** How many jobs may be under way when one begins. */
export interface Room {
  /** Of its principal. */
  readonly limit: PrincipalLimit | undefined
  /** Of all. */
  readonly concurrentJobs: number | undefined
}

/** A job that waits for room, or takes it. */
export interface QueuedJob extends Room {
  readonly job: Job
  /** Its place among those that wait. */
  readonly turn: number
}

/** Jobs that have not ended, and whose turn it is. */
export class MemoryAdmission<Entry extends QueuedJob> {
  readonly #open = new Set<Entry>()

  add(entry: Entry): void {
    this.#open.add(entry)
  }

  remove(entry: Entry): void {
    this.#open.delete(entry)
  }

  /** Throws `too-many-jobs`. */
  mustThrottle({ id }: Principal, { limit, concurrentJobs }: Room): boolean {
    const own = this.#admitted().filter(({ job }) => job.principal.id === id)
    // Those that wait for their turn among all have been accepted, too.
    const waiting =
      limit?.whenFull === 'refuse' ? this.#waiting().filter(({ job }) => job.principal.id === id) : []
    const isFull = limit !== undefined && mustQueue({ id }, own.length + waiting.length, limit)
    return isFull || (concurrentJobs !== undefined && this.#admitted().length >= concurrentJobs)
  }

  /**
   * Its place among those that wait: behind its principal's others, one of each principal in turn, beginning with
   * the turn that has come.
   */
  turnOf({ id }: Principal): number {
    const turns = (entries: readonly Entry[]) => entries.map(({ turn }) => turn)
    const own = [...this.#open].filter(({ job }) => job.principal.id === id && job.batches > 0)
    const admitted = turns(this.#admitted())
    const now =
      admitted.length > 0
        ? Math.max(...admitted)
        : Math.min(Number.MAX_SAFE_INTEGER, ...turns(this.#waiting()))
    const next = Math.max(-1, ...turns(own)) + 1
    return Math.max(next, now === Number.MAX_SAFE_INTEGER ? 0 : now)
  }

  /** Those that may begin, in turn; `admit` lets each begin. */
  admit(admit: (entry: Entry) => Job): readonly Job[] {
    const admitted: Job[] = []
    const full = new Set<string>()
    for (;;) {
      const next = first(this.#waiting().filter(({ job }) => !full.has(job.principal.id)))
      if (!next) return admitted
      const { id } = next.job.principal
      const running = this.#admitted()
      if (next.concurrentJobs !== undefined && running.length >= next.concurrentJobs) return admitted
      const own = running.filter(({ job }) => job.principal.id === id).length
      if (next.limit && own >= next.limit.jobs) full.add(id)
      else admitted.push(admit(next))
    }
  }

  #waiting(): readonly Entry[] {
    return [...this.#open].filter(({ job }) => job.status === 'pending' && isThrottled(job))
  }

  /** Jobs that have begun or may begin at any moment. A draft has no batches, also when it was given up. */
  #admitted(): readonly Entry[] {
    return [...this.#open].filter(
      ({ job: { status, throttled, batches } }) => !throttled && batches > 0 && !isTerminal(status),
    )
  }
}

/** By priority, turn and age; entries come in the order of their requests. */
function first<Entry extends QueuedJob>(waiting: readonly Entry[]): Entry | undefined {
  let best: Entry | undefined
  for (const entry of waiting) if (!best || comesBefore(entry, best)) best = entry
  return best
}

function comesBefore(a: QueuedJob, b: QueuedJob): boolean {
  const byPriority = (a.job.priority ?? 0) - (b.job.priority ?? 0)
  return byPriority > 0 || (byPriority === 0 && a.turn < b.turn)
}
