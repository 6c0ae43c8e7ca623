import type { Database } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode, NewNode } from '../contracts/nodes.js'
import type { PrincipalLimit } from '../contracts/principal.js'
import { MemoryNode } from './memory-node.js'

/** Its place among jobs that wait, and how many may be under way when it begins. */
interface Queued {
  readonly limit: PrincipalLimit | undefined
  readonly concurrentJobs: number | undefined
  readonly turn: number
}

export class MemoryJob {
  readonly nodes = new Map<JobNode['id'], MemoryNode>()
  /** Nodes that have not ended, by batch. */
  readonly open: number[] = []
  readonly findings: { readonly node: string; readonly finding: Finding }[] = []
  /** At which its exports read: 0 before it is taken. Lost when no process holds it any more. */
  readonly moment: {
    number: number
    lost: number
    see?: Database['transaction']
    readonly holders: Set<symbol>
  } = { number: 0, lost: 0, holders: new Set() }
  /** Grows with each change of the job or of a node. */
  revision = 0
  /** ms since epoch. */
  touchedAt: number
  /** Until then one caller cleans up what it has left; ms since epoch. */
  cleaningUntil = 0
  /** Nothing that it had left is there any more. */
  gone = false
  limit: PrincipalLimit | undefined
  concurrentJobs: number | undefined
  turn: number
  #job: Job

  constructor(job: Job, { limit, concurrentJobs, turn }: Queued) {
    this.#job = job
    this.touchedAt = job.createdAt.getTime()
    this.limit = limit
    this.concurrentJobs = concurrentJobs
    this.turn = turn
  }

  get job(): Job {
    return this.#job
  }

  set job(job: Job) {
    if (job !== this.#job) this.revision += 1
    this.#job = job
  }

  assertNew(nodes: readonly NewNode[]): void {
    for (const { id } of nodes)
      if (this.nodes.has(id)) throw new PieceworkError('internal', `${id} is there already.`)
  }

  add(node: NewNode): MemoryNode {
    const changed = () => {
      this.revision += 1
    }
    const added = new MemoryNode({ ...node, status: 'waiting', attempt: 1 }, changed)
    this.nodes.set(node.id, added)
    this.open[node.batch] = (this.open[node.batch] ?? 0) + 1
    return added
  }
}
