import { createPiecework, type Piecework } from '@piecework/core'
import type { ArtifactStore } from '@piecework/core/store'
import type { Depot } from './depot.js'
import { libraryPack } from './library.js'
import { Link } from './link.js'
import { artifactsSeenBy, storeSeenBy } from './process-view.js'
import type { RequestRecords } from './request-records.js'
import type { Rights } from './rights.js'
import { SimulatedProcess } from './simulated-process.js'
import type { SimulatedQueue } from './simulated-queue.js'
import type { SimulatedParts, SimulatedServer } from './simulated-server.js'
import type { PackAge, SimulationPlan } from './simulation-plan.js'
import { tellFollowUp } from './tell-follow-up.js'
import { unreliable } from './unreliable-runtime.js'
import type { StoreWatch } from './watch-store.js'
import type { World } from './world.js'

export interface Host {
  readonly process: SimulatedProcess
  readonly link: Link
  readonly piecework: Piecework
}

export interface HostDeps {
  readonly world: World
  readonly plan: SimulationPlan
  readonly server: SimulatedServer
  readonly watch: StoreWatch
  readonly artifacts: ArtifactStore
  readonly queue: SimulatedQueue
  readonly depot: Depot
  readonly records: RequestRecords
  readonly rights: Rights
  /** How processes ask the policy. */
  readonly access?: SimulatedParts['access']
  /** One for each process, instead of the queue. */
  readonly runtime?: SimulatedParts['runtime']
}

/** Intervals of the engine, short enough that much happens in a minute. */
const engine = {
  backoffMs: 50,
  heartbeatMs: 500,
  sweepMs: 1000,
  graceMs: 1000,
  maxAttempts: 50,
  deliveryAttempts: 50,
}
const day = 86_400_000

/** The processes of one simulation. What dies comes back in another process at the same place. */
export class SimulatedHosts {
  readonly #deps: HostDeps
  readonly #places: (Host | undefined)[]
  readonly #begun = new Map<number, number>()
  #isEnding = false

  /** The last place is that of the process that asks. */
  constructor(deps: HostDeps) {
    this.#deps = deps
    this.#places = Array.from({ length: deps.plan.workers + 1 }, () => undefined)
  }

  get alive(): readonly Host[] {
    return this.#places.filter((host) => host !== undefined)
  }

  get client(): Host | undefined {
    return this.#places.at(-1)
  }

  async start(): Promise<void> {
    for (const place of this.#places.keys()) await this.#begin(place)
  }

  /** Stops all of them, and lets none come back. */
  async stop(): Promise<void> {
    this.#isEnding = true
    // One that a fault has stopped already dies in the midst of it.
    await Promise.all(
      this.alive.map(({ piecework, process }) =>
        Promise.race([piecework.stop(), new Promise<void>((resolve) => process.whenDead(resolve))]),
      ),
    )
  }

  /** A process of the same packs with other intervals, which no fault meets. */
  extra(name: string, intervals: { readonly sweepMs: number; readonly orphanSweepMs: number }): Host {
    return this.#make(name, { pack: 'present', aheadMs: 0, intervals })
  }

  async #begin(place: number): Promise<void> {
    const { world, plan } = this.#deps
    if (this.#isEnding) return
    const times = this.#begun.get(place) ?? 0
    this.#begun.set(place, times + 1)
    const isClient = place === plan.workers
    const host = this.#make(`${isClient ? 'client' : `worker${place}`}.${times}`, {
      pack: place === 0 && times % 2 === 0 ? plan.oddPack : 'present',
      aheadMs: plan.aheadMs[place] ?? 0,
      intervals: {},
    })
    const { process } = host
    this.#places[place] = host
    process.whenDead(() => {
      world.note(`${process.name}: dead`)
      this.#places[place] = undefined
      world.time.after(300 + process.random.below(4000), () => void this.#begin(place))
    })
    if (isClient && !plan.clientWorks) return
    // A host whose Piecework does not start ends, and is started again.
    host.piecework.start().catch(() => process.kill())
  }

  #make(
    name: string,
    {
      pack,
      aheadMs,
      intervals,
    }: { readonly pack: PackAge; readonly aheadMs: number; readonly intervals: object },
  ): Host {
    const { world, plan, server, watch, artifacts, queue, depot, records, rights, runtime } = this.#deps
    const { access = (policy) => policy } = this.#deps
    const { policy } = rights
    const process = new SimulatedProcess(name, { time: world.time, random: world.random(name), aheadMs })
    const link = new Link(process, world, server.database !== undefined)
    const { environment } = process
    const piecework = createPiecework({
      packs: [libraryPack(link, pack)],
      store: storeSeenBy(link, watch.over(server.connect(environment), environment)),
      artifacts: artifactsSeenBy(link, artifacts),
      runtime: runtime ? unreliable(runtime({ environment }), process, world) : queue.runtimeOf(process),
      targets: [depot.targetOf(link)],
      environment,
      ...(policy && { access: access(policy) }),
      // One that lacks it leaves it to others.
      followUps: pack === 'without' ? [] : [tellFollowUp(process, world, records)],
      ...engine,
      resubmitAfterMs: plan.reliableQueue && !runtime ? day : 5000,
      ...(plan.jobsPerPrincipal !== undefined && {
        perPrincipal: { jobs: plan.jobsPerPrincipal, whenFull: 'wait' },
      }),
      ...(plan.concurrentJobs !== undefined && { concurrentJobs: plan.concurrentJobs }),
      ...(plan.jobTimeoutMs !== undefined && { jobTimeoutMs: plan.jobTimeoutMs }),
      ...(plan.archiveTtlMs !== undefined && { archiveTtlMs: plan.archiveTtlMs }),
      draftTtlMs: plan.draftTtlMs,
      ...intervals,
    })
    piecework.events.on('error', () => {})
    return { process, link, piecework }
  }
}
