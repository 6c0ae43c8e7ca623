import { memoryArtifacts } from '@piecework/core'
import { isTerminal } from '@piecework/core/store'
import { type AuditDeps, audit, nothingStored } from './audit.js'
import { Depot } from './depot.js'
import { DraftState } from './draft-state.js'
import { injectFault } from './inject-fault.js'
import { archiveBytes, linesOfVersion } from './library-content.js'
import { librarySchema, statements } from './library-statements.js'
import { memoryDatabase } from './memory-database.js'
import { bookCount } from './plan-of.js'
import { RequestRecords } from './request-records.js'
import { carryOut } from './requester.js'
import { anyone } from './requester-deps.js'
import { Rights } from './rights.js'
import { furthestBackMs } from './set-clock.js'
import { SimulatedHosts } from './simulated-hosts.js'
import { SimulatedProcess } from './simulated-process.js'
import { SimulatedQueue } from './simulated-queue.js'
import type { ServerSettings, SimulatedParts } from './simulated-server.js'
import type { PlannedRequest, SimulationPlan } from './simulation-plan.js'
import { withSyncZlib } from './sync-zlib.js'
import { watchLimits } from './watch-limits.js'
import { StoreWatch } from './watch-store.js'
import { World } from './world.js'

export interface SimulationResult {
  readonly plan: SimulationPlan
  /** What a law forbids; none if all is well. */
  readonly violations: readonly string[]
  readonly trace: readonly string[]
  /** Of the trace: equal for equal plans. */
  readonly hash: string
  readonly faults: number
  /** How often requests ended in which way. */
  readonly outcomes: ReadonlyMap<string, number>
}

const leaseMs = 3000
/**
 * In which everything must have ended after the last fault: some of the longest waits between two attempts, and what
 * was leased before the clock of the database was set back, several times.
 */
const patienceMs = 900_000 + 2 * furthestBackMs
const month = 30 * 86_400_000

let last: Promise<unknown> = Promise.resolve()

/**
 * Lets processes, requests and faults go on in virtual time as planned, and looks at what they leave. One
 * simulation at a time: each waits for this process to come to rest.
 */
export function simulate(parts: SimulatedParts, plan: SimulationPlan): Promise<SimulationResult> {
  const result = last.then(() => simulateNow(parts, plan))
  last = result.catch(() => undefined)
  return result
}

async function simulateNow(parts: SimulatedParts, plan: SimulationPlan): Promise<SimulationResult> {
  await Promise.all([archiveBytes(1), archiveBytes(2)])
  const world = new World(plan.seed, plan.rates)
  const records = new RequestRecords()
  await withSyncZlib(() => world.time.run(simulated(parts, plan, world, records))).catch((error: unknown) =>
    world.violation(`the simulation broke: ${error instanceof Error ? error.stack : String(error)}`),
  )
  const { violations, trace, hash, faults } = world
  return { plan, violations: [...new Set(violations)], trace, hash, faults, outcomes: records.outcomes }
}

async function simulated(
  { make, runtime, access }: SimulatedParts,
  plan: SimulationPlan,
  world: World,
  records: RequestRecords,
): Promise<void> {
  const { time } = world
  const serverProcess = new SimulatedProcess('server', { time, random: world.random('server') })
  const { environment } = serverProcess
  const inMemory = memoryDatabase(time, world.random('database'))
  const outside: ServerSettings['outside'] = (work) => time.outside(work)
  const server = await make({ environment, leaseMs, database: inMemory, outside })
  try {
    const database = server.database ?? inMemory
    if (server.database) for (const statement of librarySchema) await database.query(statement)
    const store = server.connect(environment)
    const disk = new SimulatedProcess('storage', { time, random: world.random('storage') })
    const artifacts = memoryArtifacts({ environment: disk.environment })
    const queue = new SimulatedQueue(world, plan.reliableQueue)
    const books = await fill(world, database)
    const rights = new Rights(world, plan.losses, books)
    const watch = new StoreWatch(world, environment, { leaseMs, rights })
    const depot = new Depot(rights)
    const hosts = new SimulatedHosts({
      world,
      plan,
      server,
      watch,
      artifacts,
      queue,
      depot,
      records,
      rights,
      ...(access && { access }),
      ...(runtime && { runtime }),
    })
    const deps: AuditDeps = { world, plan, store, database, artifacts, records, rights, depot, books }
    await hosts.start()
    void watchLimits(world, store, plan)
    const faultDeps = { world, hosts, queue, server: serverProcess }
    for (const fault of plan.faults) time.after(fault.atMs, () => injectFault(faultDeps, fault))
    const requests = plan.requests.map((request) => settled(deps, hosts, request))
    const until = Math.max(
      0,
      ...plan.requests.map(({ atMs }) => atMs),
      ...plan.faults.map(({ atMs }) => atMs),
    )
    await time.sleep(until + 1000)
    world.calm()
    await ended(deps, requests)
    await aftermath(deps, hosts, queue)
  } finally {
    await server.close?.()
  }
}

async function fill(world: World, database: AuditDeps['database']): Promise<readonly string[]> {
  const random = world.random('books')
  const books = Array.from({ length: bookCount }, () => random.uuid())
  for (const id of books) {
    await database.query(statements.makeBook.sql, [id, 'A book', 'true'])
    for (const { part, position, text } of linesOfVersion('first'))
      await database.query(statements.addLine.sql, [id, part, String(position), text])
  }
  return books
}

/** Resolves when the request has ended, or the process that asked is dead. */
async function settled(deps: AuditDeps, hosts: SimulatedHosts, request: PlannedRequest): Promise<void> {
  await deps.world.time.sleep(request.atMs)
  const draft = new DraftState()
  let process: SimulatedProcess
  do {
    while (!hosts.client) await deps.world.time.sleep(100)
    const client = hosts.client
    process = client.process
    deps.world.note(`${process.name}: ${request.what} ${request.book}`)
    await Promise.race([
      carryOut({ ...deps, process, piecework: client.piecework, draft }, request),
      new Promise<void>((resolve) => process.whenDead(resolve)),
    ])
    // Another process goes on with what was uploaded.
  } while (process.isDead && draft.isOpen)
  // What a host claims for itself it frees when it comes back.
  if (request.what === 'claim' && process.isDead) await deps.store.guard.release(`run-${request.atMs}`)
}

async function ended({ world, store, books }: AuditDeps, requests: readonly Promise<void>[]): Promise<void> {
  const { time } = world
  const deadline = time.now + patienceMs
  let open = requests.length
  for (const request of requests)
    void request.then(
      () => (open -= 1),
      (error: unknown) => world.violation(`a request broke: ${String(error)}`),
    )
  while (time.now < deadline) {
    const jobs = await store.jobs.list({ limit: 10_000 })
    const isBusy =
      jobs.some(({ status, batch, batches }) => !isTerminal(status) || batch > batches) ||
      (await store.outbox.pending(1)).length > 0
    const holds = await Promise.all(books.map((id) => store.guard.holders(`book:${id}`)))
    if (open === 0 && !isBusy && holds.flat().length === 0) return
    await time.sleep(500)
  }
}

/** Everything stops, is looked at, and a month later nothing is left that was kept for a time. */
async function aftermath(deps: AuditDeps, hosts: SimulatedHosts, queue: SimulatedQueue): Promise<void> {
  const { time } = deps.world
  const stopped = await Promise.race([hosts.stop().then(() => true), time.sleep(60_000).then(() => false)])
  if (!stopped) deps.world.violation('one truth: a process did not stop')
  queue.flush()
  await audit(deps)
  // A request that waits for what never ends would go on for the month.
  if (deps.world.violations.length > 0) return
  await time.sleep(month)
  const janitor = hosts.extra('janitor', { sweepMs: 60_000, orphanSweepMs: 60_000 })
  await janitor.piecework.start()
  // Uploads that are kept stay as long as what was made of them.
  const { rows } = await deps.database.query<{ id: string; visible: string }>(statements.allBooks.sql)
  for (const { id, visible } of rows) {
    if (visible === 'true') await deps.database.query(statements.removeBook.sql, [id])
    else await (await janitor.piecework.draft({ kind: 'book', id }, { principal: anyone })).delete()
  }
  await time.sleep(600_000)
  await janitor.piecework.stop()
  await nothingStored(deps)
}
