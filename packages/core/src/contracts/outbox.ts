import type { Task } from './runtime.js'

/** What follows from a transition: stored with it, carried out until acknowledged. */
export type OutboxAction =
  | { readonly type: 'batch'; readonly job: string; readonly batch: number }
  | { readonly type: 'task'; readonly task: Task; readonly notBefore: Date }

export interface OutboxItem {
  readonly id: string
  readonly action: OutboxAction
}

export interface Outbox {
  /** Oldest first. Several processes may get the same item: carrying it out twice must do no harm. */
  pending(limit: number): Promise<readonly OutboxItem[]>
  acknowledge(ids: readonly string[]): Promise<void>
}
