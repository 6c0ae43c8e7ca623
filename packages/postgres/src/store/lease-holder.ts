import type { Task } from '@piecework/core/store'
import type { Clock } from './clocks.js'

/** What takes leases in this process. */
export interface LeaseHolder {
  /** Of the store object. An embedded database has one at a time: a lease of any other one has lapsed. */
  readonly storeId: string
  readonly embedded: boolean
  readonly leaseMs: number
  readonly clock: Clock
}

export interface TaskOfWorker extends Task {
  readonly worker: string
}
