import type { Queryable } from './database.js'
import type { Entries } from './entries.js'
import type { NewFinding } from './finding.js'
import type { ResourceRef } from './resource.js'
import type { WorkContext } from './work-context.js'

export interface ValidationContext<Options = unknown> extends Omit<WorkContext<Options>, 'resource'> {
  /** All of this node's entries, upgraded. */
  readonly entries: Entries
  /** Reads the target; READ ONLY. */
  readonly tx: Queryable
  /**
   * The resource that the import would fill or make; it may not exist yet. Absent if its id comes from a
   * sequence: only the import draws it.
   */
  readonly target?: ResourceRef
  /** The same, as other contexts name it. */
  readonly resource?: ResourceRef
  /** What the import goes into, unless the exported resource is a root; it exists. */
  readonly into?: ResourceRef
  /** Whether the import makes resources of that kind. */
  carries(kind: string): boolean
  /** Present in a job that only validates: it tells what an import would do, also what is no error. */
  readonly dryRun?: DryRun
}

export interface DryRun {
  /**
   * The entries of all nodes whose pieces declare a table, by the name under which its ids are remapped; none if
   * the import brings no row of it. Undefined if none declares it, but one of the pieces declares no table at all.
   */
  entriesOf(table: string): readonly Entries[] | undefined
}

/** Looks at the whole of a node's input before anything is written. */
export interface Validator<Options = unknown> {
  validate(context: ValidationContext<Options>): AsyncIterable<NewFinding>
}
