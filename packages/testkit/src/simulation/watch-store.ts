import {
  type Environment,
  isTerminal,
  type Job,
  type Lease,
  type OutboxItem,
  type Store,
} from '@piecework/core/store'
import type { Rights } from './rights.js'
import { DraftWatch } from './watch-drafts.js'
import { RequestKeyWatch } from './watch-keys.js'
import type { World } from './world.js'

interface Node {
  /** The highest that was given out. */
  fence: number
  /** Until then no other attempt may begin, by the clock of the database; 0 once the attempt has ended. */
  until: number
  /** When its last attempt was begun, in virtual time. */
  begunAt: number
  /** Attempts whose work was committed, at one moment of its job. */
  done: number
  moment?: number | undefined
}

/** What every process together must see of one store. Violations go to the world. */
export class StoreWatch {
  readonly #world: World
  readonly #leaseMs: number
  readonly #nodes = new Map<string, Node>()
  readonly #unacknowledged = new Map<string, OutboxItem>()
  /** Perhaps: the answer to that may be lost. */
  readonly #acknowledged = new Set<string>()
  readonly #clock: Environment
  readonly #drafts: DraftWatch
  readonly #keys: RequestKeyWatch
  readonly #rights: Rights

  /** @param clock of the database */
  constructor(world: World, clock: Environment, { leaseMs, rights }: { leaseMs: number; rights: Rights }) {
    this.#world = world
    this.#clock = clock
    this.#leaseMs = leaseMs
    this.#rights = rights
    this.#drafts = new DraftWatch(world, clock)
    this.#keys = new RequestKeyWatch(world)
  }

  /** The store of a process with that clock. */
  over(store: Store, environment: Environment): Store {
    const { attempts, keys, outbox } = store
    return {
      ...store,
      jobs: this.#keys.over(store.jobs),
      drafts: this.#drafts.over(store.drafts, environment),
      attempts: {
        ...attempts,
        begin: async (task, worker) => {
          const node = this.#node(task)
          const before = { ...node }
          const since = this.#clock.now()
          const lease = await attempts.begin(task, worker)
          if (lease) this.#begun(lease, before, since)
          return lease
        },
        run: (lease, work, options) =>
          this.#fenced('run', lease, async () => {
            const job = await attempts.run(lease, work, options)
            this.#ended(lease, job, typeof work === 'function' ? undefined : work.moment)
            return job
          }),
        fail: (lease, ...given) =>
          this.#fenced('fail', lease, async () => {
            const job = await attempts.fail(lease, ...given)
            this.#node(keyOf(lease)).until = 0
            return job
          }),
        heartbeat: (lease, progress) =>
          this.#fenced('heartbeat', lease, async () => {
            const since = this.#clock.now()
            const answer = await attempts.heartbeat(lease, progress)
            const node = this.#node(keyOf(lease))
            const isProlonged = !answer.stopped || ['finish', 'follow-up'].includes(lease.node.task)
            if (isProlonged && node.fence === lease.fence && node.until > 0)
              node.until = this.#leasedSince(since)
            return answer
          }),
      },
      keys: {
        ...keys,
        add: (lease, ...given) => this.#fenced('keys.add', lease, () => keys.add(lease, ...given)),
      },
      outbox: {
        pending: async (limit) => {
          const expected = [...this.#unacknowledged.keys()]
          const items = await outbox.pending(limit)
          this.#returned(expected, items, limit)
          return items
        },
        acknowledge: async (ids) => {
          for (const id of ids) {
            this.#unacknowledged.delete(id)
            this.#acknowledged.add(id)
          }
          await outbox.acknowledge(ids)
        },
      },
    }
  }

  #node({ job, node }: { readonly job: string; readonly node: string }): Node {
    const key = `${job} ${node}`
    const known = this.#nodes.get(key) ?? { fence: 0, until: 0, begunAt: 0, done: 0 }
    this.#nodes.set(key, known)
    return known
  }

  /** The clock may have been set while the call was under way. */
  #leasedSince(at: number): number {
    return Math.min(at, this.#clock.now()) + this.#leaseMs
  }

  #begun(lease: Lease, before: Node, since: number): void {
    const key = keyOf(lease)
    const node = this.#node(key)
    if (lease.fence <= before.fence)
      this.#world.violation(`exactly once: ${named(lease)} was begun with an old fence`)
    // A moment that is lost takes leases back, by a fence of its own.
    const isTakenBack = lease.node.task === 'export' && lease.fence > before.fence + 1
    if (node.until > this.#clock.now() && node.until === before.until && !isTakenBack)
      this.#world.violation(`exactly once: ${named(lease)} was begun beside a live lease`)
    const isLate = isTerminal(lease.job.status) && lease.node.task !== 'follow-up'
    if (lease.node.batch !== lease.job.batch || isLate)
      this.#world.violation(`order: ${named(lease)} was begun out of its batch`)
    node.fence = Math.max(node.fence, lease.fence)
    node.until = this.#leasedSince(since)
    node.begunAt = this.#world.time.now
    this.#rights.begun(lease)
  }

  #ended(lease: Lease, job: Job, moment: number | undefined): void {
    const node = this.#node(keyOf(lease))
    node.until = 0
    this.#rights.done(lease, node.begunAt)
    // What was read at a moment that is lost is read again.
    if (node.moment !== moment) node.done = 0
    node.moment = moment
    // The last step may be done again after it could not show what a success has made.
    if (lease.node.task !== 'finish' || isTerminal(job.status)) node.done += 1
    if (node.done > 1) this.#world.violation(`exactly once: ${named(lease)} was done twice`)
  }

  async #fenced<T>(what: string, lease: Lease, work: () => Promise<T>): Promise<T> {
    const { fence } = this.#node(keyOf(lease))
    const done = await work()
    if (lease.fence < fence)
      this.#world.violation(`exactly once: ${what} of ${named(lease)} came past a fence`)
    return done
  }

  /** What was not acknowledged is there until it is. */
  #returned(expected: readonly string[], items: readonly OutboxItem[], limit: number): void {
    const ids = new Set(items.map(({ id }) => id))
    const gone = expected.find((id) => this.#unacknowledged.has(id) && !ids.has(id))
    if (gone !== undefined && items.length < limit)
      this.#world.violation(`one truth: an outbox item was lost before it was acknowledged`)
    // What was read before it was acknowledged may be told after it.
    for (const item of items) if (!this.#acknowledged.has(item.id)) this.#unacknowledged.set(item.id, item)
  }
}

const keyOf = ({ job, node }: Lease) => ({ job: job.id, node: node.id })
const named = ({ job, node }: Lease): string => `${node.id} of the ${job.kind}`
