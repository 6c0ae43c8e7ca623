import type { Action } from './action.js'
import type { Job } from './jobs.js'
import type { Principal } from './principal.js'
import type { ResourceRef } from './resource.js'

/** What a call names that is neither a resource nor a job. */
export interface NamedThing {
  /** Key in the artifact store. */
  readonly artifact?: string
  /** Name of the target that something is delivered to. */
  readonly target?: string
  /** Id of a holder of claims. */
  readonly holder?: string
}

/**
 * Called before any row, job or claim exists and before anything is given out, and again whenever a piece of
 * a job begins. Absent: everything is allowed.
 */
export interface AccessPolicy {
  /**
   * `resource` is undefined for an import that makes a new root, and for an artifact or a holder of no known
   * job. What names a job, or something of one, comes with the job, and with the resource that it reads or,
   * of an import, makes.
   */
  allows(
    principal: Principal,
    action: Action,
    resource: ResourceRef | undefined,
    job?: Job,
    named?: NamedThing,
  ): Promise<boolean>
}
