import type { Finding } from '../contracts/finding.js'
import type { Holder, ResourcePath } from '../contracts/guard.js'
import type { Job, JobNode } from '../contracts/jobs.js'
import type { OutboxAction, OutboxItem } from '../contracts/outbox.js'
import { type JobEvent, transition } from '../jobs/machine.js'

export interface MemoryNode {
  node: JobNode
  fence: number
  /** When the lease lapses, ms since epoch; 0 without one. */
  leaseUntil: number
  submittedAt: number
  /** Its transaction is being committed: nobody may take it over. */
  committing: boolean
}

export interface MemoryJob {
  job: Job
  readonly nodes: Map<string, MemoryNode>
  /** Nodes that have not ended, by batch. */
  readonly open: number[]
  readonly findings: Finding[]
}

export interface Hold {
  readonly path: ResourcePath
  readonly holder: Holder
  readonly shared: boolean
  /** ms since epoch; Infinity for claims. */
  readonly until: number
}

/** What the in-memory store's parts share. Every method is one step: nothing in it waits. */
export class MemoryState {
  readonly jobs = new Map<string, MemoryJob>()
  readonly holds = new Set<Hold>()
  readonly outbox = new Map<string, OutboxItem>()
  private items = 0

  put(action: OutboxAction): void {
    this.items += 1
    const id = String(this.items)
    this.outbox.set(id, { id, action })
  }

  submit(entry: MemoryJob, batch: number): void {
    for (const slot of entry.nodes.values()) if (slot.node.batch === batch) slot.submittedAt = Date.now()
    this.put({ type: 'batch', job: entry.job.id, batch })
  }

  apply(entry: MemoryJob, event: JobEvent): Job {
    const { job, effects } = transition(entry.job, event, new Date())
    entry.job = job
    for (const effect of effects) {
      if (effect.type === 'submit') this.submit(entry, effect.batch)
      else for (const hold of this.holds) if (hold.holder.id === job.id) this.holds.delete(hold)
    }
    return job
  }
}
