import type { ResourceRef } from './resource.js'

/** Who asks: the host's own user. Stored with the job, so plain JSON. */
export interface Principal {
  readonly id: string
}

export type Action = 'export' | 'import' | 'clone-from'

/** Asked before any row, job or claim exists. Absent: everything is allowed. */
export interface AccessPolicy {
  /** `resource` is undefined for an import that makes a new root. */
  allows(principal: Principal, action: Action, resource: ResourceRef | undefined): Promise<boolean>
}
