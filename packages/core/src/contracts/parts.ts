import type { Transaction } from './database.js'
import type { WorkContext } from './work-context.js'

/** What one part of a resource holds. */
export interface PartPlan {
  /** For the exporter alone: plain JSON, such as the first and the last key of a range. */
  readonly range: unknown
}

export interface NodePart extends PartPlan {
  /** From 1, in the order in which the parts follow each other. */
  readonly number: number
  /** Parts of the same piece of the same resource. */
  readonly of: number
}

export interface PartsContext<Options = unknown> extends WorkContext<Options> {
  /** One READ ONLY snapshot; the parts are exported later, and may be in others. */
  readonly tx: Transaction
}
