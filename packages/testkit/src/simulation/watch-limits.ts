import { isTerminal, type Job, type Store } from '@piecework/core/store'
import type { SimulationPlan } from './simulation-plan.js'
import type { World } from './world.js'

const everyMs = 250

/**
 * Looks again and again, until no fault happens, whether more jobs are under way than may be, of a principal or of all,
 * and whether one has begun before its turn.
 */
export async function watchLimits(world: World, store: Store, plan: SimulationPlan): Promise<void> {
  const { jobsPerPrincipal, concurrentJobs } = plan
  if (jobsPerPrincipal === undefined && concurrentJobs === undefined) return
  while (!world.isCalm) {
    await world.time.sleep(everyMs)
    const jobs = await store.jobs.list({ limit: 10_000 })
    // A draft that is given up is no job that waits for room.
    const open = jobs.filter((job) => !isTerminal(job.status) && Number.isFinite(requestedAt(job)))
    const begun = open.filter(({ throttled }) => !throttled)
    const counts = new Map<string, number>()
    for (const { principal } of begun) counts.set(principal.id, (counts.get(principal.id) ?? 0) + 1)
    const most = Math.max(0, ...counts.values())
    if (jobsPerPrincipal !== undefined && most > jobsPerPrincipal)
      world.violation(
        `exclusion: ${most} jobs of one principal are under way, and ${jobsPerPrincipal} may be`,
      )
    if (concurrentJobs !== undefined && begun.length > concurrentJobs)
      world.violation(`exclusion: ${begun.length} jobs are under way, and ${concurrentJobs} may be`)
    if (!plan.faults.some(({ what }) => what === 'database jump')) inTurn(world, jobs, open)
  }
}

/** Times are those of the database's clock, which has not been set. */
function inTurn(world: World, jobs: readonly Job[], open: readonly Job[]): void {
  const waiting = open.filter(({ throttled, outcome }) => throttled && !outcome)
  for (const one of waiting) {
    const own = open.filter(({ principal }) => principal.id === one.principal.id)
    const isFirst = own.every((other) => other === one || requestedAt(other) > requestedAt(one))
    const later = jobs.filter((other) => isBegun(other) && requestedAt(other) > requestedAt(one))
    if (later.some(({ principal }) => principal.id === one.principal.id))
      world.violation('order: a job has begun before an older one of its principal')
    if (isFirst && hadNone(jobs, one) && later.length > 0)
      world.violation('order: a job has begun before an older one of a principal that had none')
  }
}

/** No other of its principal was open when it was asked for. */
function hadNone(jobs: readonly Job[], { id, principal, ...one }: Job): boolean {
  const at = requestedAt(one)
  return jobs.every((other) => {
    if (other.id === id || other.principal.id !== principal.id || requestedAt(other) > at) return true
    const ended = isTerminal(other.status) ? other.changes.at(-1)?.at.getTime() : undefined
    return ended !== undefined && ended < at
  })
}

const isBegun = ({ changes }: Job): boolean =>
  changes.some(({ status }) => status === 'running' || status === 'delivering')

/** When it was asked for, or run from a draft, in ms since epoch; never, if it was not. */
const requestedAt = ({ changes }: Pick<Job, 'changes'>): number =>
  changes.find(({ status }) => status === 'pending')?.at.getTime() ?? Number.POSITIVE_INFINITY
