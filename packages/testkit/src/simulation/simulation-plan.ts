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

/** Which packs a process has, beside those of most. */
export type PackAge =
  /** That of most: it reads what the older one has written. */
  | 'present'
  /** The first piece in the version before. */
  | 'older'
  /** The first piece in the version after, which does not read the oldest any more. */
  | 'newer'
  /** No piece for the last part. */
  | 'without'

/** What is done with an import whose files come one by one. */
export interface PlannedDraft {
  /** What fails of it stays, hidden. */
  readonly keepsShell: boolean
  readonly keepUploads: boolean
  /** Files that are uploaded twice, and files that are taken away again before. */
  readonly replaced: readonly number[]
  readonly removed: readonly number[]
  /** This file is refused by a validator. */
  readonly bad?: number
  readonly validates: boolean
  readonly end: 'run' | 'delete' | 'leave'
  /** The longest wait before each step. */
  readonly pauseMs: number
  /** Deleted by another call, whatever is under way. */
  readonly deleteAfterMs?: number
}

export interface PlannedRequest {
  readonly atMs: number
  /** `remove` deletes a book as a host does that asks no guard. */
  readonly what: Job | 'validate' | 'edit' | 'claim' | 'remove' | 'draft'
  readonly book: number
  readonly principal: number
  readonly cancelAfterMs?: number
  /** Asked for again, so long after it has failed or was cancelled. */
  readonly retryAfterMs?: number
  /** Before that, the host edits the book. */
  readonly editBeforeRetry?: boolean
  /** How the end of a job is waited for. */
  readonly follow: 'ask' | 'watch'
  /** Of the first part, in the archive that is imported. */
  readonly archiveVersion: 1 | 2
  /** What an export has made is imported so long after, and given out. */
  readonly importAfterMs?: number
  readonly draft?: PlannedDraft
  /** What an export has made is delivered. */
  readonly delivers?: true
  /** An export without a claim, while which edits go on. */
  readonly unclaimed?: true
}

export interface PlannedFault {
  readonly atMs: number
  readonly what:
    | 'kill'
    | 'freeze'
    | 'stop'
    | 'jump'
    | 'database jump'
    | 'database restart'
    | 'outage'
    | 'storage'
    | 'flush'
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
  /** The packs of the first of them, every other time that it begins. */
  readonly oddPack: PackAge
  /** What the clock of each process is ahead of the database's. */
  readonly aheadMs: readonly number[]
  /** The queue delivers again what a worker did not end, and loses nothing: tasks are never submitted twice. */
  readonly reliableQueue: boolean
  /** The process that asks works as well. */
  readonly clientWorks: boolean
  readonly jobsPerPrincipal?: number
  /** Of all principals. */
  readonly concurrentJobs?: number
  readonly jobTimeoutMs?: number
  readonly archiveTtlMs?: number
  readonly draftTtlMs: number
  /** Requests have follow-ups. */
  readonly followUps?: true
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
  'database jump',
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
  'draft',
  'draft',
  'draft',
] as const

export function planOf(seed: number): SimulationPlan {
  const random = seeded(seed, 'plan')
  const reliableQueue = random.chance(0.4)
  const delivering = seeded(seed, 'deliveries')
  const unclaiming = seeded(seed, 'unclaimed')
  const asked = Array.from({ length: 4 + random.below(9) }, () => requestOf(random)).map((request) =>
    request.what === 'export'
      ? {
          ...request,
          ...(delivering.chance(0.5) && { delivers: true as const }),
          ...(unclaiming.chance(0.5) && { unclaimed: true as const }),
        }
      : request,
  )
  const beside = seeded(seed, 'beside unclaimed exports')
  const unclaimed = asked.filter((request) => request.unclaimed)
  const requests = [...asked, ...unclaimed.map((request) => editBeside(request, beside))]
  const restarts = unclaimed.filter(() => beside.chance(0.7)).map(({ atMs }) => restartAfter(atMs, beside))
  const faults = [
    ...Array.from({ length: random.below(14) }, () => faultOf(random, reliableQueue)),
    ...restarts,
  ]
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
    oddPack: random.pick(['present', 'present', 'present', 'older', 'newer', 'without'] as const),
    aheadMs: Array.from({ length: workers + 1 }, () => random.pick([0, 0, aheadOf(random)])),
    reliableQueue,
    clientWorks: random.chance(0.5),
    ...(random.chance(0.5) && { jobsPerPrincipal: 1 + random.below(2) }),
    ...(random.chance(0.3) && { concurrentJobs: 1 + random.below(3) }),
    ...(random.chance(0.2) && { jobTimeoutMs: 1000 + random.below(12_000) }),
    ...(random.chance(0.4) && { archiveTtlMs: 2000 + random.below(8000) }),
    draftTtlMs: random.pick([6000, 20_000, 60_000]),
    ...(random.chance(0.5) && { followUps: true }),
  }
}

function requestOf(random: Random): PlannedRequest {
  const what = random.pick(requestKinds)
  return {
    atMs: random.below(horizonMs / 2),
    what,
    book: random.below(bookCount),
    principal: random.below(principalCount),
    ...(random.chance(0.4) && { cancelAfterMs: random.below(random.pick([1500, 6000])) }),
    ...(random.chance(0.6) && { retryAfterMs: random.below(6000), editBeforeRetry: random.chance(0.6) }),
    follow: random.pick(['ask', 'watch'] as const),
    archiveVersion: random.pick([1, 2] as const),
    ...(random.chance(0.6) && { importAfterMs: random.below(5000) }),
    ...(what === 'draft' && { draft: draftOf(random) }),
  }
}

/** While the export is under way, as only one without a claim allows. */
const editBeside = ({ book, atMs, principal }: PlannedRequest, random: Random): PlannedRequest => ({
  atMs: atMs + random.below(3000),
  what: 'edit',
  book,
  principal,
  follow: 'ask',
  archiveVersion: 1,
})

const restartAfter = (atMs: number, random: Random): PlannedFault => ({
  atMs: atMs + 500 + random.below(4000),
  what: 'database restart',
  process: 0,
  forMs: 1 + random.below(500),
})

function draftOf(random: Random): PlannedDraft {
  const some = (share: number) => [0, 1, 2, 3].filter(() => random.chance(share))
  return {
    keepsShell: random.chance(0.5),
    keepUploads: random.chance(0.3),
    replaced: some(0.3),
    removed: some(0.3),
    ...(random.chance(0.15) && { bad: random.below(4) }),
    validates: random.chance(0.4),
    end: random.pick(['run', 'run', 'run', 'run', 'delete', 'leave'] as const),
    pauseMs: random.pick([20, 800, 2500]),
    ...(random.chance(0.25) && { deleteAfterMs: random.below(12_000) }),
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

/** How far the clock of the database goes back at most: what is leased by it waits as long. */
export const furthestBackMs = 60_000

/** Where a clock of the database goes that was set. */
export const setClock = (random: Random, aheadMs: number): number =>
  random.chance(0.5) ? aheadMs + random.below(hour) : aheadMs - random.below(furthestBackMs)
