import type { Transaction } from './database.js'
import type { Entries } from './entries.js'
import type { ResourceRef } from './resource.js'
import type { WorkContext } from './work-context.js'

/** What one part of a resource holds. */
export interface PartPlan {
  /** For the piece alone: plain JSON, such as the first and the last key of a range. */
  readonly range: unknown
}

/** The parts of an export, and what is the same for all of them. */
export interface PartsPlan {
  /**
   * Given to each part and to the outputs, and stored once: plain JSON, at most `planDefaults.planBytes`. A retry takes
   * over what an equal plan has made.
   */
  readonly plan: unknown
  /** One or more. */
  readonly parts: readonly PartPlan[]
}

/** The next parts of an export: they are exported while the piece is asked for those that follow. */
export interface PartsSoFar {
  /** One or more. */
  readonly parts: readonly PartPlan[]
  /** What the next call gets as `from`: plain JSON. */
  readonly more: unknown
}

export interface NodePart extends PartPlan {
  /** From 1, in the order in which the parts follow each other. */
  readonly number: number
  /** Parts of the same piece of the same resource. Absent: more were still to be planned when this one was. */
  readonly of?: number
  /** As `ImportPartPlan.rows`. */
  readonly rows?: number
  /** Of the plan that is common to the parts, hex. Absent: there is none. */
  readonly planSha256?: string
}

export interface PartsContext<Options = unknown> extends WorkContext<Options> {
  /** Of the first part that is asked for, from 1. */
  readonly number: number
  /** `more` of the call before. Absent in the first one. */
  readonly from?: unknown
  /** One READ ONLY snapshot; the parts are exported later, and may be in others. */
  readonly tx: Transaction
}

/** What one part of an import fills. */
export interface ImportPartPlan extends PartPlan {
  /**
   * When it runs, from 1: parts of one step run side by side, those of a later one when all of the earlier have ended.
   * Default 1.
   */
  readonly step?: number
  /**
   * Rows of the entries that it writes or skips. Required if entries state theirs: those of all parts are as many as all
   * entries state.
   */
  readonly rows?: number
}

export interface ImportPartsContext<Options = unknown> extends WorkContext<Options> {
  readonly entries: Entries
  /** READ ONLY. What the piece comes `after` is there. */
  readonly tx: Transaction
  /** The exported resource that the entries describe, with its old id. */
  readonly source: ResourceRef
  /** What the import goes into, unless the exported resource is a root. */
  readonly into?: ResourceRef
  /** Whether this job makes resources of that kind. */
  carries(kind: string): boolean
}

/** How a piece imports a large resource in parts, each by a node of its own, in a transaction of its own. */
export interface ImportParts<Options = unknown> {
  /**
   * The most steps that parts of these entries take; 0 if they are imported as a whole. Called when the import is
   * requested, and reads no more than paths and facts.
   */
  steps(entries: Entries): number
  /** The parts: together the whole. Called when the import runs. None: it is imported as a whole after all. */
  plan(context: ImportPartsContext<Options>): Promise<readonly ImportPartPlan[]>
}
