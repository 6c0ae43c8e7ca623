import { type Random, seeded } from './random.js'

/** How often something goes wrong by itself, of 1. */
export interface Rates {
  /** Calls that do not arrive. */
  readonly refused: number
  /** Calls that are carried out, and whose answer does not arrive. */
  readonly unanswered: number
  /** Queries in a transaction at which the connection is lost, or the process freezes or dies. */
  readonly inside: number
  /** Tasks that the queue loses. */
  readonly lost: number
  /** Tasks that it delivers twice. */
  readonly doubled: number
  /** How late it delivers at most. */
  readonly lateMs: number
}

type Job = 'import' | 'export' | 'clone'

export interface PlannedRequest {
  readonly atMs: number
  /** `remove` deletes a book as a host does that asks no guard. */
  readonly what: Job | 'validate' | 'edit' | 'claim' | 'remove'
  readonly book: number
  readonly principal: number
  readonly cancelAfterMs?: number
  /** Asked for again, so long after it has failed or was cancelled. */
  readonly retryAfterMs?: number
  /** Before that, the host edits the book. */
  readonly editBeforeRetry?: boolean
}

export interface PlannedFault {
  readonly atMs: number
  readonly what: 'kill' | 'freeze' | 'stop' | 'jump' | 'outage' | 'storage' | 'flush'
  /** Which process; taken modulo those that live. */
  readonly process: number
  readonly forMs: number
}

/** All that is decided before a simulation begins; what it leaves to chance follows from the seed. */
export interface SimulationPlan {
  readonly seed: number
  readonly requests: readonly PlannedRequest[]
  readonly faults: readonly PlannedFault[]
  readonly rates: Rates
  readonly workers: number
  /** Of those, the ones that have a pack of before, without the last piece. */
  readonly oldWorkers: number
  /** What the clock of each process is ahead of the database's. */
  readonly aheadMs: readonly number[]
  /** The queue delivers again what a worker did not end, and loses nothing: tasks are never submitted twice. */
  readonly reliableQueue: boolean
  /** The process that asks works as well. */
  readonly clientWorks: boolean
  readonly jobsPerPrincipal?: number
}

export const bookCount = 3
const principalCount = 2
const horizonMs = 40_000
const hour = 3_600_000

const faultKinds = [
  'kill',
  'kill',
  'freeze',
  'freeze',
  'freeze',
  'stop',
  'jump',
  'outage',
  'storage',
] as const
const requestKinds = [
  'import',
  'import',
  'export',
  'export',
  'export',
  'clone',
  'clone',
  'clone',
  'edit',
  'edit',
  'edit',
  'claim',
  'validate',
  'remove',
] as const

export function planOf(seed: number): SimulationPlan {
  const random = seeded(seed, 'plan')
  const reliableQueue = random.chance(0.4)
  const requests = Array.from({ length: 4 + random.below(9) }, () => requestOf(random))
  const faults = Array.from({ length: random.below(14) }, () => faultOf(random, reliableQueue))
  const workers = 2 + random.below(3)
  return {
    seed,
    requests,
    faults,
    rates: {
      refused: random.pick([0, 0.001, 0.01]),
      unanswered: random.pick([0, 0.001, 0.01]),
      inside: random.pick([0, 0.005, 0.02]),
      lost: reliableQueue ? 0 : random.pick([0, 0.05, 0.2]),
      doubled: random.pick([0, 0.05, 0.2]),
      lateMs: random.pick([20, 200, 3000]),
    },
    workers,
    oldWorkers: random.chance(0.25) ? 1 : 0,
    aheadMs: Array.from({ length: workers + 1 }, () => random.pick([0, 0, aheadOf(random)])),
    reliableQueue,
    clientWorks: random.chance(0.5),
    ...(random.chance(0.5) && { jobsPerPrincipal: 1 + random.below(2) }),
  }
}

function requestOf(random: Random): PlannedRequest {
  return {
    atMs: random.below(horizonMs / 2),
    what: random.pick(requestKinds),
    book: random.below(bookCount),
    principal: random.below(principalCount),
    ...(random.chance(0.3) && { cancelAfterMs: random.below(6000) }),
    ...(random.chance(0.5) && { retryAfterMs: random.below(6000), editBeforeRetry: random.chance(0.5) }),
  }
}

function faultOf(random: Random, reliableQueue: boolean): PlannedFault {
  return {
    atMs: random.below(horizonMs),
    what: reliableQueue ? random.pick(faultKinds) : random.pick([...faultKinds, 'flush' as const]),
    process: random.below(1000),
    forMs: 500 + random.below(9000),
  }
}

/** Up to an hour, to both sides. */
export const aheadOf = (random: Random): number => random.below(2 * hour) - hour
