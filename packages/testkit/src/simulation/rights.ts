import type { AccessPolicy } from '@piecework/core'
import type { Job, Lease, ResourceRef } from '@piecework/core/store'
import type { PlannedLoss } from './simulation-plan.js'
import type { World } from './world.js'

/** The right to import; the others are to read a book of the host's, and to clone it. */
const making = 'new'

/** Which rights users have when, the policy that knows it, and whether anything was done without them. */
export class Rights {
  readonly #world: World
  readonly #losses: readonly PlannedLoss[] | undefined
  readonly #books: readonly string[]
  /** When each delivery was first begun, and for whom, by its key. */
  readonly #deliveries = new Map<string, { readonly since: number; readonly job: Job }>()
  /** Ids of jobs that the policy did not let go on, and keys of artifacts that it did not let them read. */
  readonly #refused = new Set<string>()

  /** @param books those of the host, in the order of the plan */
  constructor(world: World, losses: readonly PlannedLoss[] | undefined, books: readonly string[]) {
    this.#world = world
    this.#losses = losses
    this.#books = books
  }

  /** Undefined: all may do everything. */
  get policy(): AccessPolicy | undefined {
    if (!this.#losses) return undefined
    return {
      allows: async ({ id }, action, resource, job, named) => {
        if (!limited.has(action) || !this.#isLost(id, this.#subjectOf(resource))) return true
        this.#world.note(`policy: ${id} may not ${action}${job ? ` of ${job.id.slice(0, 8)}` : ''}`)
        if (job && action !== 'download') this.#refused.add(job.id)
        if (named?.artifact !== undefined) this.#refused.add(named.artifact)
        return false
      },
    }
  }

  /** Users who lose nothing are refused nothing. */
  mayBeRefused(principal: string): boolean {
    return this.#losses?.some((loss) => idOf(loss) === principal) === true
  }

  /** Whether the policy has refused what the job needs to go on. */
  isRefused({ id, request }: Job): boolean {
    const { delivers, input } = request
    const needed = [id, delivers, ...(input?.uploads ?? []).map(({ artifact }) => artifact)]
    return needed.some((one) => one !== undefined && this.#refused.has(one))
  }

  /** Of a book of the host's. */
  isLostSince(principal: string, book: string, since: number): boolean {
    return this.#isLost(principal, this.#subjectOf({ kind: 'book', id: book }), since)
  }

  begun({ job, node }: Lease): void {
    const place = /^deliver (\d+)/.exec(node.id)?.[1]
    const delivery = job.request.deliver?.[Number(place) - 1]
    if (delivery && !this.#deliveries.has(delivery.key))
      this.#deliveries.set(delivery.key, { since: this.#world.time.now, job })
  }

  /** The attempt has committed; it was begun at `since`. */
  done({ job, node }: Lease, since: number): void {
    const isAlways = node.task === 'finish' || node.task === 'follow-up'
    if (!isAlways && this.#isLostOf(job, since))
      this.#world.violation(`access: ${node.id} of the ${job.kind} was done after the right to it was lost`)
  }

  /** Bytes of a delivery have gone out. */
  shown(key: string): void {
    const begun = this.#deliveries.get(key)
    if (begun && this.#isLostOf(begun.job, begun.since))
      this.#world.violation(
        `access: what the ${begun.job.kind} made was delivered after the right to it was lost`,
      )
  }

  /** One of the rights that the job needs has been lost all the time. */
  #isLostOf({ kind, principal, tree }: Job, since: number): boolean {
    const reads = kind === 'export' || kind === 'clone' || kind === 'delivery'
    const makes = kind === 'import' || kind === 'validation'
    return (
      (reads && this.isLostSince(principal.id, tree.id, since)) ||
      (makes && this.#isLost(principal.id, making, since))
    )
  }

  #subjectOf(resource: ResourceRef | undefined): number | typeof making | undefined {
    if (!resource) return making
    const book = this.#books.indexOf(resource.id)
    return book === -1 ? undefined : book
  }

  #isLost(principal: string, subject: number | typeof making | undefined, since?: number): boolean {
    const { now } = this.#world.time
    const from = since ?? now
    return (
      this.#losses?.some(
        (loss) =>
          idOf(loss) === principal &&
          (loss.book ?? making) === subject &&
          loss.atMs <= from &&
          now < loss.atMs + loss.forMs,
      ) === true
    )
  }
}

const limited: ReadonlySet<string> = new Set(['export', 'clone-from', 'import', 'deliver', 'download'])

const idOf = ({ principal }: PlannedLoss): string => `user-${principal}`
