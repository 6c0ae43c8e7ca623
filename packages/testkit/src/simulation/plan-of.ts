import { type Random, seeded } from './random.js'
import { aheadOf } from './set-clock.js'
import type {
  PlannedDraft,
  PlannedFault,
  PlannedLoss,
  PlannedRequest,
  SimulationPlan,
} from './simulation-plan.js'

export const bookCount = 3
const principalCount = 2
const horizonMs = 40_000

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

const keyedKinds: ReadonlySet<string> = new Set(['import', 'export', 'clone', 'validate'])

export function planOf(seed: number): SimulationPlan {
  const random = seeded(seed, 'plan')
  const reliableQueue = random.chance(0.4)
  const delivering = seeded(seed, 'deliveries')
  const unclaiming = seeded(seed, 'unclaimed')
  const printing = seeded(seed, 'pages')
  const naming = seeded(seed, 'request keys')
  const named = Array.from({ length: 4 + random.below(9) }, () => requestOf(random)).map((request) =>
    keyedKinds.has(request.what) && naming.chance(0.4) ? { ...request, keyed: true as const } : request,
  )
  const asked = named.map((request) =>
    request.what === 'export'
      ? {
          ...request,
          ...(delivering.chance(0.5) && { delivers: true as const }),
          ...(unclaiming.chance(0.5) && { unclaimed: true as const }),
          ...(printing.chance(0.5) && { page: true as const }),
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
  const losing = seeded(seed, 'rights')
  const deadlines = seeded(seed, 'deadlines')
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
    ...(deadlines.chance(0.3) && { jobTimeoutMs: 300 + deadlines.below(4000) }),
    ...(random.chance(0.2) && { jobTimeoutMs: 1000 + random.below(12_000) }),
    ...(random.chance(0.4) && { archiveTtlMs: 2000 + random.below(8000) }),
    draftTtlMs: random.pick([6000, 20_000, 60_000]),
    ...(random.chance(0.5) && { followUps: true }),
    ...(losing.chance(0.5) && { losses: lossesOf(asked, losing) }),
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

/** Each about the time of a request, of a right that it needs. */
function lossesOf(requests: readonly PlannedRequest[], random: Random): readonly PlannedLoss[] {
  return Array.from({ length: 1 + random.below(4) }, () => {
    const { atMs, principal, book, what } = random.pick(requests)
    const reads = what === 'export' || what === 'clone'
    return {
      atMs: Math.max(0, atMs + random.below(4000) - 500),
      forMs: random.pick([300, 3000, 20_000]) + random.below(2000),
      principal,
      ...(reads && random.chance(0.9) && { book }),
    }
  })
}

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
