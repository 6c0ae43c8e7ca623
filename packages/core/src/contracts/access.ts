import type { Job } from './jobs.js'
import type { Principal } from './principal.js'
import type { ResourceRef } from './resource.js'

export type Action = 'export' | 'import' | 'clone-from' | 'cancel'

/** Called before any row, job or claim exists, and before a cancel. Absent: everything is allowed. */
export interface AccessPolicy {
  /**
   * `resource` is undefined for an import that makes a new root. A cancel comes with the job, and with what
   * it reads or, of an import, makes.
   */
  allows(principal: Principal, action: Action, resource: ResourceRef | undefined, job?: Job): Promise<boolean>
}
